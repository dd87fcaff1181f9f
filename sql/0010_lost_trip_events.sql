-- Changes of trips that were acknowledged and that this database would not take: the trip goes on without them, its members
-- are told, and an operator can put them back where that is still possible.
create table lost_trip_events (
  trip_id uuid not null,
  seq bigint not null check (seq > 0),
  -- What kind of change it was; unknown where only its absence was noticed.
  type text,
  noticed_at timestamptz not null default now(),
  -- An operator has looked: what could be put back is no longer here, the rest stays lost.
  settled_at timestamptz,
  primary key (trip_id, seq)
);
