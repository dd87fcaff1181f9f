-- The epoch of a trip that has no row in `trips`: it came with a snapshot, or its creation was refused. Null: the one in `state`.
alter table trip_snapshots add column epoch uuid;
