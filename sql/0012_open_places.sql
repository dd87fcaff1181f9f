-- What open data says of places and cities: names in several languages, for whom a place is fit, what is spoken and paid with.

alter table activity_nodes add column names jsonb not null default '{}';
alter table activity_nodes add column facts jsonb not null default '{}';
alter table cities add column languages text[] not null default '{}';
alter table cities add column currency text;
