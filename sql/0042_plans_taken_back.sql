-- A plan that was taken back is told of in the log of plans: the one before it stands again.

alter table exp.events drop constraint events_event_type_check;
alter table exp.events add constraint events_event_type_check
  check (event_type in ('plan_generated', 'plan_edited', 'plan_accepted', 'plan_undone'));
