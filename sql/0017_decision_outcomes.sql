-- What people did with what a decision showed them. A decision stays as it was made; what became of each place in it is an
-- event of its own, and there may be several: confirmed, then swapped.

create table decision_outcomes (
  id uuid primary key,
  decision_id uuid not null,
  user_id uuid not null references users (id),
  trip_id uuid,
  session_id uuid,
  slot_id uuid,
  activity_node_id uuid not null,
  outcome text not null check (outcome in (
    'confirmed', 'kept', 'swapped', 'removed', 'skipped', 'swiped_right', 'swiped_left', 'ignored')),
  source text not null default 'app' check (source in ('app', 'backfill')),
  occurred_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index decision_outcomes_by_decision on decision_outcomes (decision_id);
create index decision_outcomes_by_user on decision_outcomes (user_id, created_at, id);
create index decision_outcomes_by_trip on decision_outcomes (trip_id) where trip_id is not null;

-- A swipe finds its slate by the session that both carry.
create index ranking_events_by_session on ranking_events (session_id) where surface = 'discovery';
