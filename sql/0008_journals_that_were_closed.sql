-- A journal that was closed with everything in it drained took nothing along. One that was not, and whose place another
-- takes, may have: where trips go on from cannot be proven then, and they get a new epoch.
alter table journal_progress add column closed boolean not null default false;
