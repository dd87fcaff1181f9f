-- Codes that sign in on another device. Of the code only a keyed hash is kept; a traveler has one at a time.

create table sign_in_codes (
  -- No reference: a traveler's first row may still be on its way from the journal.
  user_id uuid primary key,
  code_hash text not null unique,
  -- When the session began that the code hands on.
  signed_in_at timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index sign_in_codes_by_end on sign_in_codes (expires_at);
