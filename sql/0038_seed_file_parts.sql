-- Files of any size that operators hand in to be seeded come in parts. A file without bytes of its own consists of its parts.

alter table seed_files add column used_at timestamptz;

create table seed_file_parts (
  file_id uuid not null references seed_files (id) on delete cascade,
  part integer not null check (part between 0 and 9999),
  bytes bytea not null,
  primary key (file_id, part)
);

-- Extracts are compressed already, and parts are read whole.
alter table seed_file_parts alter column bytes set storage external;
