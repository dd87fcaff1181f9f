-- How one gets around a city beside its straight lines: the lines of a feed of transit, as they are held in memory.

create table city_ways (
  city_id uuid primary key references cities (id) on delete cascade,
  -- Stations, lines, and which of them each line stops at.
  transit jsonb,
  updated_at timestamptz not null default now()
);
