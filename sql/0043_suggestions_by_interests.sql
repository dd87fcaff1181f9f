-- Who is suggested as a companion without a trained model is decided by the likeness of tastes: what answers name as their model has its row.

insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
values (gen_random_uuid(), 'shared_interests', '1', 'rules',
  'Orders suggested companions by the likeness of their tastes alone, where no trained model is in production; no training.',
  'production', now())
on conflict (model_name, model_version) do nothing;
