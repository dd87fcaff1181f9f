-- A third kind of secret link: a view of the plan, to read.

alter table trip_links drop constraint trip_links_kind_check;
alter table trip_links add constraint trip_links_kind_check check (kind in ('invite', 'calendar', 'share'));
