-- Under which name a person stands in a family of data sets: the same in every build, so that what is learnt of the name can be
-- joined back to the person. Nothing else tells one from the other: without the row, the name is nobody's.
create table dataset_pseudonyms (
  family text not null,
  user_id uuid not null references users (id) on delete cascade,
  pseudonym uuid not null unique default gen_random_uuid(),
  created_at timestamptz not null default now(),
  primary key (family, user_id)
);
create index dataset_pseudonyms_by_user on dataset_pseudonyms (user_id);
