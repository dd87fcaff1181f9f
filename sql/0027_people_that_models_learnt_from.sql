-- Of how many people who have left since a model was trained with: their rows go on under stand-ins, and what the model learnt of
-- them stays in it under a name that is nobody's any more. Whoever has to can see which models those are.
alter table model_registry add column people_erased integer not null default 0 check (people_erased >= 0);
