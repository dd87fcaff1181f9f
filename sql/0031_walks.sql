-- Walks between neighbouring places over the streets, as a routing engine told them when the city was seeded: one block, as it is held in memory.

alter table city_ways add column walks bytea;
