-- Where an owner acknowledges only what is in the database, nothing of its journal is awaited when it is gone.
alter table nodes add column acks text not null default 'local' check (acks in ('local', 'pg'));
