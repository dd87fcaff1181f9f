-- Files that operators hand in to be seeded: kept until their job has ended, so that any node may do it, also after a kill.

create table seed_files (
  id uuid primary key,
  bytes bytea not null,
  created_at timestamptz not null default now()
);
