-- Web Push: one pair of keys for all servers, what browsers gave for being told, and what was told.

create table push_keys (
  only_one boolean primary key default true check (only_one),
  public_key text not null,
  private_key text not null,
  created_at timestamptz not null default now()
);

create table push_subscriptions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  endpoint text not null unique,
  p256dh text not null,
  auth text not null,
  -- Minutes of the day in the city that one travels in; between them nothing is sent.
  quiet_from smallint check (quiet_from between 0 and 1439),
  quiet_until smallint check (quiet_until between 0 and 1439),
  created_at timestamptz not null default now(),
  check ((quiet_from is null) = (quiet_until is null))
);
create index push_subscriptions_by_user on push_subscriptions (user_id, created_at);

-- Each event is told to a person once, whatever restarts in between; the secret is for answering from the notification.
create table push_notes (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  event text not null,
  -- No reference: a trip's first events may still be on their way from the journal.
  trip_id uuid not null,
  pivot_id uuid not null,
  secret_hash text not null unique,
  sent_at timestamptz not null,
  unique (user_id, event)
);
create index push_notes_by_time on push_notes (sent_at);
