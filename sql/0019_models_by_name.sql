-- Every version that decisions log has its row from the start, also where no population was ever seeded. Versions of language
-- models are added when they first decide: which one that is, is a setting.

insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
select gen_random_uuid(), 'llm_ranker', '0.1.0', 'llm_ranking', 'Claude Sonnet-based ranking, bootstrap phase',
  case when exists (select from model_registry where model_name = 'llm_ranker' and stage = 'production')
    then 'archived' else 'production' end, now()
on conflict (model_name, model_version) do update
  set model_type = excluded.model_type, description = excluded.description;

insert into model_registry (id, model_name, model_version, model_type, description, stage)
values (gen_random_uuid(), 'bpr', '0.0.0', 'collaborative_filtering', 'BPR placeholder, awaiting first training run', 'staging')
on conflict (model_name, model_version) do update
  set model_type = excluded.model_type, description = excluded.description;

insert into model_registry (id, model_name, model_version, model_type, description, stage, promoted_at)
values (gen_random_uuid(), 'pivot_engine', '1', 'rules',
  'Offers what is open, near and in time, by taste and fit; no training.', 'production', now())
on conflict (model_name, model_version) do nothing;
