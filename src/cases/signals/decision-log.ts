/**
 * Decisions on their way to the journal: built in the domain, written here, durable when the effect completes. Whoever
 * shows somebody a choice goes through here first; there is no other road.
 */
import type { ExperimentEvent, RankingEvent } from "../../domain/decisions.ts"
import { recordOf } from "../../domain/records/kind.ts"
import { CONSTRAINT_SNAPSHOT, EXPERIMENT_EVENT, PERSONA_SNAPSHOT, RANKING_EVENT } from "../../domain/records/kinds.ts"
import { ownSignalRecord } from "../../domain/records/signal.ts"
import type { PlanRecords } from "../../domain/trip/plan-records.ts"
import type { JournalRecord } from "../../services/journal.ts"

const keyed = (userId: string) => `user:${userId}`

export const rankingRecord = (event: RankingEvent): JournalRecord =>
  recordOf(RANKING_EVENT, keyed(event.user_id), event.id, event)

const experimentRecord = (event: ExperimentEvent): JournalRecord =>
  recordOf(EXPERIMENT_EVENT, keyed(event.unit_id), event.event_id, event)

/** Everything that one generated plan leaves behind, to be appended as one. */
export const planJournal = (userId: string, records: PlanRecords): ReadonlyArray<JournalRecord> => [
  ownSignalRecord(records.candidateSet, records.candidateSet.occurred_at),
  ...records.days.map(rankingRecord),
  experimentRecord(records.generated),
  recordOf(CONSTRAINT_SNAPSHOT, keyed(userId), records.constraints.id, records.constraints),
  ...(records.persona === undefined
    ? []
    : [recordOf(PERSONA_SNAPSHOT, keyed(records.persona.user_id), records.persona.id, records.persona)])
]
