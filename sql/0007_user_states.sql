-- Who decisions were for, once for all that were made in the same state: what the journal's records of pivots refer to
-- until they are drained. The rows they become carry the state itself; these are swept after some days.
create table user_states (
  id uuid primary key,
  user_ids uuid[] not null,
  state jsonb not null,
  created_at timestamptz not null default now()
);
create index user_states_by_age on user_states (created_at);
create index user_states_by_user on user_states using gin (user_ids);
