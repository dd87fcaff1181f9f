-- The pivot engine weighs what was ranked for the moment of a stop, where that is held: its choices change, and so does its name.

update model_registry set stage = 'archived' where model_name = 'pivot_engine' and model_version = '1';

insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
values (gen_random_uuid(), 'pivot_engine', '2', 'rules',
  'Offers what is open, near and in time, by fit and by what the party likes at that moment: as ranked for it, else by taste; no training.',
  'production', now())
on conflict (model_name, model_version) do nothing;
