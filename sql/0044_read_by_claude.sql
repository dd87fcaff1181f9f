-- Posts that are put to Claude by the batch: an answer may take a day, and may come to another process than the one that asked.

create table reading_batches (
  id uuid primary key,
  city_id uuid not null references cities (id) on delete cascade,
  reader text not null,
  -- Null until the provider has taken it.
  provider_id text unique,
  -- What was set aside for it in the ledger of costs.
  reservation jsonb not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text check (outcome in ('read', 'never_sent', 'gone'))
);
create index reading_batches_open on reading_batches (created_at) where ended_at is null;

create table reading_asks (
  post_id uuid not null references scraped_posts (id) on delete cascade,
  reader text not null,
  batch_id uuid references reading_batches (id) on delete cascade,
  number int not null,
  -- The places of which the post may speak, in the order in which they were numbered in the question.
  places uuid[] not null,
  -- nothing: it names no place, so that there is nothing to ask.
  state text not null check (state in ('nothing', 'asked', 'read', 'again', 'unusable')),
  tries int not null default 1,
  primary key (post_id, reader)
);
create index reading_asks_by_batch on reading_asks (batch_id);
