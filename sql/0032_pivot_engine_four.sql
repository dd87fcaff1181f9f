-- The pivot engine prefers what is known to be open and puts off what is usually closed then: its choices change, and so does its name.

update model_registry set stage = 'archived' where model_name = 'pivot_engine' and model_version = '3';

insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
values (gen_random_uuid(), 'pivot_engine', '4', 'rules',
  'Offers what is open, near and in time, one answer for the rest of a day and single ones that differ in kind; of near-equals what is known to be open, late what is usually closed then; no training.',
  'production', now())
on conflict (model_name, model_version) do nothing;
