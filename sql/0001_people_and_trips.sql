-- People, and the trips they take together.
-- A trip's truth is its event stream (trip_events); trips, trip_members and itinerary_slots are projections of it.

create table users (
  id uuid primary key,
  email text unique,
  age smallint check (age between 0 and 130),
  interests text[] not null default '{}',
  personality real check (personality between 0 and 1),
  onboarding_tags jsonb not null default '{}',
  persona_embedding real[] check (cardinality(persona_embedding) = 128),
  encoder_version text,
  -- Signals that came in until then are in the persona.
  persona_learnt_until timestamptz,
  -- The persona's snapshot of this instant came from onboarding; signals that came in after the other have changed it since.
  persona_base_at timestamptz,
  persona_base_learnt_until timestamptz,
  persona_text text,
  persona_text_embedding real[],
  signal_count integer not null default 0 check (signal_count >= 0),
  deleted_at timestamptz,
  created_at timestamptz not null default now()
);

create table persona_dimensions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  dimension text not null check (dimension in (
    'pace_preference', 'budget_sensitivity', 'cuisine_openness', 'social_mode',
    'time_orientation', 'primary_interest', 'trip_count', 'category_affinities')),
  value text not null,
  confidence real not null default 1.0 check (confidence between 0 and 1),
  source text not null default 'onboarding',
  updated_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (user_id, dimension)
);
-- category_affinities is a vector of some kilobytes: no index row may hold it, and nobody looks a user up by it.
create index persona_dimensions_by_value on persona_dimensions (dimension, value) where dimension <> 'category_affinities';

create table cities (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9-]{1,64}$'),
  name text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  time_zone text not null,
  lat double precision not null check (lat between -90 and 90),
  lon double precision not null check (lon between -180 and 180),
  bounds jsonb,
  -- How one gets around: what the travel time model needs to know.
  transit jsonb,
  catalog_version bigint not null default 0,
  created_at timestamptz not null default now()
);

create table trips (
  id uuid primary key,
  user_id uuid not null references users (id),
  city_id uuid not null references cities (id),
  start_date date not null,
  end_date date not null,
  status text not null check (status in ('planning', 'confirmed', 'active', 'completed', 'shortened', 'cancelled')),
  constraints jsonb not null default '{}',
  state_version bigint not null default 0,
  epoch uuid not null,
  owner_epoch bigint not null default 0,
  model_name text,
  model_version text,
  persona_seed jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (end_date >= start_date)
);
create index trips_by_user on trips (user_id, created_at desc);
create index trips_alive on trips (city_id, start_date, end_date) where status in ('planning', 'confirmed', 'active');

create table trip_members (
  id uuid primary key,
  trip_id uuid not null references trips (id) on delete cascade,
  user_id uuid not null references users (id),
  role text not null check (role in ('owner', 'member')),
  ordinal smallint not null check (ordinal >= 0),
  joined_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (trip_id, user_id)
);
create index trip_members_by_user on trip_members (user_id, trip_id);

create table trip_invitations (
  id uuid primary key,
  trip_id uuid not null references trips (id) on delete cascade,
  invited_user_id uuid not null references users (id) on delete cascade,
  invited_by uuid not null references users (id) on delete cascade,
  status text not null default 'open' check (status in ('open', 'accepted', 'declined', 'withdrawn')),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (trip_id, invited_user_id)
);
create index trip_invitations_by_invited on trip_invitations (invited_user_id, status);

-- user_id lets companion_id plan with the tastes of user_id.
create table companions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  companion_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now(),
  unique (user_id, companion_id),
  check (user_id <> companion_id)
);
create index companions_by_companion on companions (companion_id);

create table trip_vetoes (
  id uuid primary key,
  trip_id uuid not null references trips (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  node_ids uuid[] not null default '{}',
  tags text[] not null default '{}',
  updated_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (trip_id, user_id)
);

create table trip_events (
  id uuid primary key,
  trip_id uuid not null,
  seq bigint not null check (seq > 0),
  type text not null,
  payload jsonb not null,
  schema_version smallint not null default 1,
  actor_id uuid,
  idempotency_key text,
  occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (trip_id, seq)
);

-- Where a trip's stream starts (imports, seeds) and where reading it may start (everything else).
create table trip_snapshots (
  trip_id uuid primary key,
  seq bigint not null check (seq >= 0),
  schema_version smallint not null,
  state jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
