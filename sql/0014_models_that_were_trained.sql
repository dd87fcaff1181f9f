-- What a trained model comes from and what it showed: what a promotion is decided by, and what an operator can check.

alter table model_registry
  add column artifact_sha256 text,
  add column features_version text,
  add column encoder_version text,
  add column code_commit text,
  add column lineage jsonb not null default '{}',
  add column card text not null default '',
  add column promotion jsonb;
