-- Servers of one database know of each other, and one of them at a time owns its trips, travelers and cities.

-- A server of a release that owned nothing writes whatever it is asked: beside it nobody can own anything.
do $$
declare others int;
begin
  select count(*) into others from pg_stat_activity
  where datname = current_database() and application_name = 'overplanned' and pid <> pg_backend_pid();
  if others > 0 then
    raise exception 'servers or commands of an older release are connected (% connections), which know of no owner: stop them, then start this one', others;
  end if;
end $$;

create table nodes (
  -- The data directory: whoever has it has the journal that lies in it.
  directory uuid primary key,
  -- One life of a server on that directory.
  incarnation uuid not null,
  name text not null,
  role text not null,
  release text not null,
  -- Machine and directory as the operating system tells them apart: a copy of a directory lies somewhere else.
  place text not null,
  -- Where other servers reach it.
  address text,
  started_at timestamptz not null default now(),
  -- By the clock of the database: nobody else's matters.
  until timestamptz not null,
  stopped boolean not null default false
) with (fillfactor = 50);

create table shard_leases (
  shard smallint primary key,
  directory uuid references nodes (directory),
  incarnation uuid,
  -- Rises whenever another directory takes over.
  epoch integer not null default 0,
  -- From which epoch on the journal of this directory is the one that counts.
  since_epoch integer not null default 0,
  changed_at timestamptz not null default now()
);
insert into shard_leases (shard) values (0);

-- What an owner acknowledged that ended without a word may still lie in its journal: until that is drained, or given up by
-- an operator, the next owner writes nothing.
create table shard_tails (
  shard smallint not null references shard_leases (shard),
  directory uuid not null references nodes (directory),
  since_epoch integer not null,
  epoch integer not null,
  noted_at timestamptz not null default now(),
  primary key (shard, directory)
);

-- The secrets in which all servers of a database must agree, as keyed digests: nothing can be worked out from them. One that
-- servers pass on to each other is sealed with what they have in common already.
create table shared_secrets (
  name text primary key,
  digest text not null,
  sealed text,
  noted_at timestamptz not null default now()
);

-- Whose journal it is; null for journals of older releases.
alter table journal_progress add column directory uuid;
