-- Sources of posts that are read by and by: how far each was read, and how its last run went.
create table post_sources (
  name text primary key,
  city_slug text not null,
  kind text not null,
  cursor jsonb,
  runs integer not null default 0,
  last_run_at timestamptz,
  last_new integer not null default 0,
  last_changed integer not null default 0,
  last_removed integer not null default 0,
  last_refused integer not null default 0,
  last_error text,
  -- Runs in a row that ended in an error.
  failures integer not null default 0,
  created_at timestamptz not null default now()
);
