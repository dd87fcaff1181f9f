-- What travelers found at a place's door: evidence on its hours as they were written then. One row per person and visit.

create table door_reports (
  id uuid primary key,
  user_id uuid not null references users (id),
  trip_id uuid not null,
  slot_id uuid not null,
  activity_node_id uuid not null references activity_nodes (id) on delete cascade,
  open boolean not null,
  opening_hours text,
  occurred_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index door_reports_by_node on door_reports (activity_node_id, occurred_at);
create index door_reports_by_user on door_reports (user_id, created_at, id);
create index door_reports_by_trip on door_reports (trip_id);

-- Places that say something of it: counted again as reports come and go.
create index activity_nodes_with_doors on activity_nodes (city_id) where quality_signals ? 'doors';

-- What was offered lately, without an order of it: rows lie as they came.
create index pivot_events_by_time on pivot_events using brin (offered_at);
