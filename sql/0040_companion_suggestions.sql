-- Who wants to be suggested to others as a companion, and to have others suggested: nobody else ever is.

create table companion_seekers (
  user_id uuid primary key references users (id) on delete cascade,
  opened_at timestamptz not null default now()
);

-- Who was shown to whom, why, and what they answered. No references: of somebody who left the answer stays, without a name.
create table companion_suggestions (
  id uuid primary key,
  user_id uuid not null,
  suggested_id uuid not null,
  model_name text not null,
  model_version text not null,
  score real not null,
  position smallint not null check (position > 0),
  -- How alike the two were when they were shown: what a model learns the answer by.
  features jsonb not null,
  shown_at timestamptz not null,
  answer text check (answer in ('accepted', 'declined')),
  answered_at timestamptz,
  created_at timestamptz not null default now(),
  unique (user_id, suggested_id),
  check (user_id <> suggested_id),
  check ((answer is null) = (answered_at is null))
);
create index companion_suggestions_by_suggested on companion_suggestions (suggested_id);
create index companion_suggestions_answered on companion_suggestions (answered_at) where answer is not null;
