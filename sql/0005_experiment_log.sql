-- The experiment log: plans as they were made, edited and accepted, and what was known at each of those moments.

create schema exp;

create table exp.events (
  event_id uuid primary key,
  event_type text not null check (event_type in ('plan_generated', 'plan_edited', 'plan_accepted')),
  unit_id uuid not null,
  plan_id uuid not null,
  timestamp timestamptz not null,
  context jsonb not null,
  payload jsonb not null,
  created_at timestamptz not null default now()
);
create index exp_events_by_plan on exp.events (plan_id, timestamp);
create index exp_events_by_time on exp.events (event_type, timestamp);
create index exp_events_by_unit on exp.events (unit_id, timestamp);

create table exp.persona_snapshots (
  id uuid primary key,
  user_id uuid not null,
  valid_from timestamptz not null,
  persona jsonb not null,
  encoder_version text,
  source text not null default 'app',
  created_at timestamptz not null default now()
);
create index exp_persona_snapshots_as_of on exp.persona_snapshots (user_id, valid_from desc);

create table exp.constraint_snapshots (
  id uuid primary key,
  trip_id uuid not null,
  valid_from timestamptz not null,
  constraints jsonb not null,
  created_at timestamptz not null default now()
);
create index exp_constraint_snapshots_as_of on exp.constraint_snapshots (trip_id, valid_from desc);

create table exp.catalog_snapshots (
  id uuid primary key,
  city_id uuid not null references cities (id),
  catalog_version bigint not null,
  valid_from timestamptz not null,
  nodes integer not null,
  digest text not null,
  summary jsonb not null default '{}',
  created_at timestamptz not null default now(),
  unique (city_id, catalog_version)
);
create index exp_catalog_snapshots_as_of on exp.catalog_snapshots (city_id, valid_from desc);
