-- The end of every seeding counts what travelers said of a city's places; without this it reads all signals there are.
create index behavioral_signals_ratings on behavioral_signals (activity_node_id)
  where signal_type = 'post_trip_rating' and source = 'app';
