-- Secret links to a trip: one that invites, one that feeds a calendar. Of the secret only its hash is kept.

create table trip_links (
  id uuid primary key,
  -- No reference: a trip's first events may still be on their way from the journal.
  trip_id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  kind text not null check (kind in ('invite', 'calendar')),
  secret_hash text not null unique,
  -- What the one who invites wants to be called, on the page that asks to join.
  from_name text check (length(from_name) between 1 and 60),
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index trip_links_by_trip on trip_links (trip_id);
create index trip_links_by_user on trip_links (user_id);
