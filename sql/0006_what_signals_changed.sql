-- What the newest signals changed in a persona, so that its owner can still read it when nobody remembers.
alter table users add column persona_recent jsonb;
