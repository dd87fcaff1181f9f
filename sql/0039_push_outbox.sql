-- What is still to be sent of what somebody is told of: null once every device was tried. A server that ends in between
-- leaves it for the next one.
alter table push_notes add column notice jsonb;
create index push_notes_unsent on push_notes (sent_at) where notice is not null;
