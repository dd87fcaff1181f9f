-- What a traveler likes in the words of the model in production: worked out in the night from all that they did. It counts only for
-- the version that it names.
alter table users
  add column model_embedding real[],
  add column model_encoder_version text,
  add column model_embedded_at timestamptz,
  add check ((model_embedding is null) = (model_encoder_version is null));
create index users_warm on users (id) where signal_count >= 20;
create index users_by_model_embedding on users (model_encoder_version, model_embedded_at)
  where model_encoder_version is not null;
