-- The pivot engine tells options that differ in kind, and one for all that is left of a day: its choices change, and so does its name.

update model_registry set stage = 'archived' where model_name = 'pivot_engine' and model_version = '2';

insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
values (gen_random_uuid(), 'pivot_engine', '3', 'rules',
  'Offers what is open, near and in time, one answer for the rest of a day and single ones that differ in kind; no training.',
  'production', now())
on conflict (model_name, model_version) do nothing;
