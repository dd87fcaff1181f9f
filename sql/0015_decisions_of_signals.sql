-- Which decision a signal answers, as the server knows it. `model_version` and `session_id` are that decision's wherever it is
-- known; what the client took them for stands beside. Rows of before keep what they have: nothing is guessed.
alter table behavioral_signals add column decision_id uuid;
alter table behavioral_signals add column client_model_version text;
alter table behavioral_signals add column client_session_id uuid;
