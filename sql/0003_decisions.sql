-- What was offered, by whom, to whom, in which state, and what people made of it: the training data.

create table behavioral_signals (
  id uuid primary key,
  user_id uuid not null references users (id),
  signal_type text not null check (signal_type in (
    'slot_view', 'slot_accept', 'slot_skip', 'slot_swap', 'pivot_accept', 'pivot_dismiss', 'pivot_ignore',
    'thumbs_up', 'thumbs_down', 'discovery_swipe_right', 'discovery_swipe_left', 'post_trip_rating',
    'candidate_set_logged')),
  activity_node_id uuid references activity_nodes (id),
  slot_id uuid,
  trip_id uuid,
  session_id uuid,
  context jsonb not null default '{}',
  source text not null check (source in ('app', 'backfill')),
  weight real not null,
  model_version text,
  content_hash text,
  occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  check ((source = 'app' and weight = 1.0::real) or (source = 'backfill' and weight = 0.3::real))
);
create index behavioral_signals_by_user on behavioral_signals (user_id, occurred_at, id);
create index behavioral_signals_by_trip on behavioral_signals (trip_id, occurred_at) where trip_id is not null;
create index behavioral_signals_by_slot on behavioral_signals (slot_id) where slot_id is not null;
create index behavioral_signals_by_model on behavioral_signals (model_version);

create table itinerary_slots (
  id uuid primary key,
  trip_id uuid not null references trips (id) on delete cascade,
  day_number smallint not null check (day_number between 1 and 21),
  slot_order smallint not null check (slot_order >= 0),
  activity_node_id uuid not null references activity_nodes (id),
  day_part text not null check (day_part in ('morning', 'midday', 'afternoon', 'evening', 'night')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  locked boolean not null default false,
  status text not null default 'planned' check (status in ('planned', 'done', 'skipped', 'removed')),
  generated_narrative text,
  score real,
  model_version text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (ends_at > starts_at)
);
create index itinerary_slots_by_day on itinerary_slots (trip_id, day_number);
create index itinerary_slots_by_node on itinerary_slots (activity_node_id);

create table ranking_events (
  id uuid primary key,
  user_id uuid not null references users (id),
  trip_id uuid,
  session_id uuid,
  day_number smallint,
  surface text not null check (surface in ('itinerary', 'swap', 'pivot', 'discovery')),
  model_name text not null,
  model_version text not null,
  candidate_ids uuid[] not null,
  scores real[] not null,
  propensities real[] not null,
  ranked_ids uuid[] not null,
  selected_ids uuid[] not null,
  user_state jsonb not null default '{}',
  shadow_model_name text,
  shadow_model_version text,
  shadow_ranked_ids uuid[],
  latency_ms real not null check (latency_ms >= 0),
  source text not null default 'app' check (source in ('app', 'backfill')),
  occurred_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  check (selected_ids <@ candidate_ids),
  check (ranked_ids <@ candidate_ids),
  check (cardinality(scores) = cardinality(candidate_ids) and cardinality(propensities) = cardinality(candidate_ids)),
  check ((surface = 'itinerary') = (day_number is not null))
);
create index ranking_events_by_user on ranking_events (user_id, created_at);
create index ranking_events_by_day on ranking_events (trip_id, day_number);
create index ranking_events_by_model on ranking_events (model_name, model_version);

create table pivot_events (
  id uuid primary key,
  pivot_id uuid not null unique,
  user_id uuid references users (id),
  trip_id uuid not null,
  slot_id uuid,
  trigger text not null check (trigger in ('venue_closed', 'weather', 'mood', 'transit')),
  detail jsonb not null default '{}',
  options jsonb not null,
  reasons jsonb not null default '[]',
  source text not null check (source in ('precomputed', 'on_demand')),
  origin text not null default 'app' check (origin in ('app', 'backfill')),
  state_version bigint not null,
  model_name text not null,
  model_version text not null,
  response text check (response in ('accept', 'dismiss', 'ignore')),
  chosen_option_id uuid,
  time_to_action_ms bigint check (time_to_action_ms >= 0),
  latency_ms real not null check (latency_ms >= 0),
  slots_changed smallint,
  offered_at timestamptz not null,
  responded_at timestamptz,
  created_at timestamptz not null default now(),
  check ((response = 'accept') = (chosen_option_id is not null) or response is null)
);
create index pivot_events_by_trip on pivot_events (trip_id, offered_at);

create table intention_signals (
  id uuid primary key,
  user_id uuid not null references users (id),
  trip_id uuid,
  slot_id uuid,
  intention text not null check (intention in (
    'fatigue', 'weather', 'curiosity', 'schedule', 'group_conflict', 'price_mismatch', 'other')),
  confidence real not null check (confidence between 0 and 1),
  source text not null,
  occurred_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);
create index intention_signals_by_user on intention_signals (user_id, created_at);
create index intention_signals_by_trip on intention_signals (trip_id);
