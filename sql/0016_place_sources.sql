-- What each source says of a place, as it was read. A node is put together from its rows, field by field; its id is made
-- of the key of the first of them and stays, whatever comes and goes.

create table place_sources (
  city_id uuid not null references cities (id) on delete cascade,
  source text not null,
  source_key text not null,
  node_key text not null,
  licence text not null,
  entry jsonb not null,
  seen_at timestamptz not null default now(),
  gone_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (city_id, source, source_key)
);
create index place_sources_by_node on place_sources (city_id, node_key);
