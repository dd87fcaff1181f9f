/** A trip's events and records as journal records: one append, one fate. */
import type { UserState } from "../../domain/learning-log/snapshots.ts"
import { payloadsOfKind, type RecordKind, recordOf } from "../../domain/records/kind.ts"
import {
  DECISION_OUTCOMES,
  DOOR_REPORT,
  EXPERIMENT_EVENT,
  INTENTION_SIGNAL,
  PIVOT_EVENT,
  PIVOT_RESPONSE,
  RANKING_EVENT,
  TRIP_EVENT
} from "../../domain/records/kinds.ts"
import { ownSignalRecord } from "../../domain/records/signal.ts"
import type { TripEventEnvelope } from "../../domain/trip/events.ts"
import { pivotRecord } from "../../domain/trip/pivot-record.ts"
import type { TripRecord } from "../../domain/trip/turn.ts"
import type { Journal, JournalEntry, JournalRecord } from "../../services/journal.ts"
import type { ActorLog } from "../engine/kind.ts"
import { KeptStates } from "./kept-states.ts"

/** How each record that a trip writes beside its events stands in the journal; signals and offers take more than their payload. */
const KIND_OF = {
  pivot_response: PIVOT_RESPONSE,
  ranking_event: RANKING_EVENT,
  experiment_event: EXPERIMENT_EVENT,
  intention_signal: INTENTION_SIGNAL,
  decision_outcomes: DECISION_OUTCOMES,
  door_report: DOOR_REPORT
} as const

export const journalKey = (tripId: string): string => `trip:${tripId}`

/** The trip that a key of the journal stands for, if it stands for one. */
export const tripOf = (key: string): string | undefined => (key.startsWith("trip:") ? key.slice(5) : undefined)

type PlainRecord = Exclude<TripRecord, { readonly type: "signal" | "pivot_event" | "plan_log" }>

const plainRecord = (key: string, { id, payload, type }: PlainRecord, latency_ms: number): JournalRecord =>
  type === "ranking_event"
    ? recordOf(RANKING_EVENT, key, id, { ...payload, latency_ms })
    : recordOf(KIND_OF[type] as RecordKind<typeof payload>, key, id, payload)

/** The events among a trip's journal records that the database may not have yet. */
export const eventsIn = (entries: ReadonlyArray<JournalEntry>): ReadonlyArray<TripEventEnvelope> =>
  payloadsOfKind(TRIP_EVENT, entries)

/** `elapsed` is how long the turn that decided has taken so far: decisions are logged with what they cost. */
export const tripLog = (
  journal: Journal["Service"],
  now: () => number,
  elapsed: () => number,
  newId: (millis: number) => string
): ActorLog<TripEventEnvelope, TripRecord> => {
  const states = new KeptStates(newId)
  return {
    append: (id, events, records, settled, urgency) => {
      const key = journalKey(id)
      const entries: Array<JournalRecord> = events.map((event) => recordOf(TRIP_EVENT, key, event.id, event))
      const written: Array<UserState> = []
      for (const record of records) {
        if (record.type === "signal") entries.push(ownSignalRecord(record.payload, now()))
        else if (record.type === "plan_log") entries.push(record.payload)
        else if (record.type === "pivot_event") {
          const { user_state } = record.payload
          const before = entries.length
          const stateId = states.refer(user_state, key, now(), entries)
          if (entries.length > before) written.push(user_state)
          entries.push(recordOf(PIVOT_EVENT, key, record.id, pivotRecord(record.payload, stateId, elapsed())))
        } else entries.push(plainRecord(key, record, elapsed()))
      }
      const undo = () => {
        for (const state of written) states.lost(state)
      }
      const told =
        written.length === 0
          ? settled
          : (failure?: unknown) => {
              if (failure !== undefined) undo()
              settled(failure)
            }
      const ticket = journal.append("trip", entries, told, urgency)
      if (ticket._tag === "AppendTicket") return
      undo()
      throw ticket
    }
  }
}
