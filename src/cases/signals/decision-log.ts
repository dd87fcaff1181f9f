/**
 * Decisions on their way to the journal: built in the domain, written here, durable when the effect completes. Whoever
 * shows somebody a choice goes through here first; there is no other road.
 */
import type { ConstraintSnapshot, ExperimentEvent, PersonaKnown, RankingEvent } from "../../domain/decisions.ts"
import type { PlanRecords } from "../../domain/trip/plan-records.ts"
import type { JournalRecord } from "../../services/journal.ts"
import { signalRecord } from "../../support/signal-record.ts"

const keyed = (userId: string) => `user:${userId}`

export const rankingRecord = (event: RankingEvent): JournalRecord => ({
  type: "ranking_event",
  version: 1,
  key: keyed(event.user_id),
  id: event.id,
  payload: JSON.stringify(event)
})

export const experimentRecord = (event: ExperimentEvent): JournalRecord => ({
  type: "experiment_event",
  version: 1,
  key: keyed(event.unit_id),
  id: event.event_id,
  payload: JSON.stringify(event)
})

const constraintRecord = (userId: string, snapshot: ConstraintSnapshot): JournalRecord => ({
  type: "constraint_snapshot",
  version: 1,
  key: keyed(userId),
  id: snapshot.id,
  payload: JSON.stringify(snapshot)
})

const personaRecord = (known: PersonaKnown): JournalRecord => ({
  type: "persona_snapshot",
  version: 1,
  key: keyed(known.user_id),
  id: known.id,
  payload: JSON.stringify(known)
})

/** Everything that one generated plan leaves behind, to be appended as one. */
export const planJournal = (userId: string, records: PlanRecords): ReadonlyArray<JournalRecord> => [
  signalRecord(records.candidateSet, records.candidateSet.occurred_at),
  ...records.days.map(rankingRecord),
  experimentRecord(records.generated),
  constraintRecord(userId, records.constraints),
  ...(records.persona === undefined ? [] : [personaRecord(records.persona)])
]
