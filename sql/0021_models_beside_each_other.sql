-- A model in production may have some of the travelers first; the others have what it took over from.
alter table model_registry
  add column traffic_percent smallint check (traffic_percent between 1 and 100),
  add column took_over_from text;

-- Which side of such a comparison a decision was on, of which model, and whether that model should have ranked and could not;
-- and how long the model in the shadow took.
alter table ranking_events
  add column arm text check (arm in ('candidate', 'control')),
  add column arm_of text,
  add column model_failed boolean not null default false,
  add column shadow_latency_ms real check (shadow_latency_ms >= 0),
  add check ((arm is null) = (arm_of is null));
create index ranking_events_by_arm on ranking_events (arm_of, occurred_at) where arm_of is not null;
create index ranking_events_by_shadow on ranking_events (shadow_model_name, shadow_model_version, occurred_at)
  where shadow_model_name is not null;
