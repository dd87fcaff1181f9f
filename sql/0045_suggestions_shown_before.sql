-- What was shown of a companion before it was shown otherwise, and what was answered before it was answered otherwise: the newest last.

alter table companion_suggestions add column earlier jsonb not null default '[]';
