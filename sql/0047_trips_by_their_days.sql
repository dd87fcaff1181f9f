-- Every few minutes the calendar looks for trips whose day has come, or is over, among all that there ever were.

create index trips_alive_by_id on trips (id) where status in ('planning', 'confirmed', 'active');
create index trips_completed_by_end on trips (end_date) where status = 'completed';
