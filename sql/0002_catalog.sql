-- What a city has to offer, and who says so.

create table activity_nodes (
  id uuid primary key,
  city_id uuid not null references cities (id),
  -- Position in the city's catalog matrix: append-only, so that a running trip may refer to it.
  node_index integer not null check (node_index >= 0),
  name text not null,
  neighbourhood text not null,
  category text not null,
  lat double precision not null check (lat between -90 and 90),
  lon double precision not null check (lon between -180 and 180),
  time_zone text not null,
  opening_hours text,
  price_tier smallint not null check (price_tier between 0 and 4),
  setting text not null check (setting in ('indoor', 'outdoor', 'mixed')),
  weather_sensitivity real not null check (weather_sensitivity between 0 and 1),
  typical_minutes smallint not null check (typical_minutes between 5 and 1440),
  booking_needed boolean not null default false,
  day_parts text[] not null,
  vibe_tags text[] not null,
  vibe_weights real[] not null,
  vibe_embedding real[] not null check (cardinality(vibe_embedding) = 64),
  taxonomy_version text not null,
  quality_signals jsonb not null default '{}',
  cross_ref_confidence real check (cross_ref_confidence between 0 and 1),
  overrated_flag boolean,
  source_tier smallint not null check (source_tier between 1 and 4),
  source text not null default 'curated',
  external_ids jsonb not null default '{}',
  provenance jsonb not null default '{}',
  content_hash text not null,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (city_id, node_index),
  check (cardinality(vibe_tags) = cardinality(vibe_weights))
);
create index activity_nodes_by_city on activity_nodes (city_id, category);

create table quality_signals (
  id uuid primary key,
  activity_node_id uuid not null references activity_nodes (id) on delete cascade,
  source text not null,
  kind text not null check (kind in ('local', 'tourist')),
  mentions integer not null check (mentions >= 0),
  score real not null check (score between 0 and 1),
  avoid_mentions integer not null default 0 check (avoid_mentions >= 0),
  last_seen date,
  quotes jsonb not null default '[]',
  licence text,
  created_at timestamptz not null default now(),
  unique (activity_node_id, source, kind)
);

create table scraped_posts (
  id uuid primary key,
  source text not null,
  external_id text,
  city_id uuid not null references cities (id),
  raw_text text not null,
  activity_node_id uuid references activity_nodes (id) on delete set null,
  vibe_tags text[] not null default '{}',
  vibe_weights real[] not null default '{}',
  local_score real check (local_score between 0 and 1),
  tourist_flag boolean,
  sentiment real check (sentiment between 0 and 1),
  avoid boolean,
  extractor text,
  content_hash text not null,
  posted_at timestamptz,
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  unique (city_id, source, content_hash)
);
create index scraped_posts_by_node on scraped_posts (activity_node_id);

create table places_api_cache (
  place_id text primary key,
  city_slug text,
  query_key text,
  fields jsonb,
  fetched_at timestamptz not null,
  refresh_due_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index places_api_cache_by_query on places_api_cache (query_key);
create index places_api_cache_due on places_api_cache (refresh_due_at);

create table places_api_usage (
  day date primary key,
  calls integer not null default 0 check (calls >= 0)
);

-- What goes on in a city and may touch plans: weather, closures, transit. Written by the drainer only.
create table city_events (
  id uuid primary key,
  city_id uuid not null references cities (id) on delete cascade,
  kind text not null check (kind in ('weather', 'closure', 'transit')),
  starts_at timestamptz not null,
  until timestamptz not null,
  payload jsonb not null,
  occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  check (until > starts_at)
);
create index city_events_current on city_events (city_id, until);
