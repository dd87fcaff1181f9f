-- What runs the house: models, jobs, money, and the runtime's own book-keeping.

create table model_registry (
  id uuid primary key,
  model_name text not null,
  model_version text not null,
  model_type text not null,
  description text not null default '',
  stage text not null check (stage in ('staging', 'shadow', 'production', 'archived')),
  artifact_path text,
  training_date timestamptz,
  metrics jsonb not null default '{}',
  promoted_at timestamptz,
  created_at timestamptz not null default now(),
  unique (model_name, model_version)
);
create unique index model_registry_one_production on model_registry (model_name) where stage = 'production';

-- The ranker that is always there has its anchor too, so that every X-Model-Version leads to a row.
insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
values (gen_random_uuid(), 'local_ranker', '1', 'rules', 'Taste, quality, local evidence and context; no training.',
  'production', now());

create table llm_ledger (
  id uuid primary key,
  user_id uuid,
  trip_id uuid,
  model text not null,
  purpose text not null,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  cached_tokens integer not null default 0,
  cost_usd numeric(12, 6) not null default 0,
  reserved_usd numeric(12, 6) not null default 0,
  day date not null,
  latency_ms real,
  outcome text not null check (outcome in ('reserved', 'ok', 'error', 'timeout', 'refused', 'abandoned')),
  created_at timestamptz not null default now(),
  settled_at timestamptz
);
create index llm_ledger_by_day on llm_ledger (day);
create index llm_ledger_by_user on llm_ledger (user_id, day);

-- Running totals of a day: one per traveler, and one for everybody under the nil id. Spent or reserved.
create table llm_spend (
  day date not null,
  subject uuid not null,
  micros bigint not null check (micros >= 0),
  primary key (day, subject)
);

create table jobs (
  id uuid primary key,
  kind text not null,
  dedupe_key text,
  payload jsonb not null default '{}',
  state text not null check (state in ('queued', 'running', 'done', 'failed')),
  attempts smallint not null default 0,
  max_attempts smallint not null default 5,
  run_after timestamptz not null default now(),
  claimed_by text,
  heartbeat_at timestamptz,
  progress jsonb,
  result jsonb,
  error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index jobs_one_per_key on jobs (kind, dedupe_key) where dedupe_key is not null;
create index jobs_claimable on jobs (run_after) where state in ('queued', 'running');

create table journal_progress (
  node_id text primary key,
  segment bigint not null,
  byte_offset bigint not null,
  updated_at timestamptz not null default now()
);

create table idempotency_receipts (
  id uuid primary key,
  user_id uuid not null,
  idempotency_key text not null,
  request_hash text not null,
  status smallint,
  headers jsonb,
  body text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (user_id, idempotency_key)
);
create index idempotency_receipts_expiry on idempotency_receipts (expires_at);

-- A keyed hash of an erased id keeps that person's tokens out for as long as one could live.
create table erased_subjects (
  subject_hash text primary key,
  until timestamptz not null,
  created_at timestamptz not null default now()
);
