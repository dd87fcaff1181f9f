/** A trip's events and records as journal records: one append, one fate. */
import type { UserState } from "../../domain/learning-log/snapshots.ts"
import { readTripEvent, TRIP_EVENT_RECORD, type TripEventEnvelope } from "../../domain/trip/events.ts"
import { pivotRecordText } from "../../domain/trip/pivot-record.ts"
import type { TripRecord } from "../../domain/trip/turn.ts"
import type { Journal, JournalEntry, JournalRecord } from "../../services/journal.ts"
import { signalRecord } from "../../support/signal-record.ts"
import type { ActorLog } from "../engine/kind.ts"
import { KeptStates } from "./kept-states.ts"

const VERSION = 1

/** Since version 2 one record holds the offer and the decision behind it. */
const PIVOT_EVENT_VERSION = 2

/** The record types that trips write beside the signals; what each holds is named in `domain/decisions.ts`. */
const TRIP_RECORD_TYPES = {
  [TRIP_EVENT_RECORD.type]: TRIP_EVENT_RECORD.version,
  pivot_event: PIVOT_EVENT_VERSION,
  pivot_response: VERSION,
  ranking_event: VERSION,
  experiment_event: VERSION,
  intention_signal: VERSION,
  decision_outcomes: VERSION
} as const satisfies Readonly<Record<string, number>>

export const journalKey = (tripId: string): string => `trip:${tripId}`

/** The trip that a key of the journal stands for, if it stands for one. */
export const tripOf = (key: string): string | undefined => (key.startsWith("trip:") ? key.slice(5) : undefined)

type PlainRecord = Exclude<TripRecord, { readonly type: "signal" | "pivot_event" }>

const payloadOf = (record: PlainRecord, latency_ms: number): string =>
  JSON.stringify(record.type === "ranking_event" ? { ...record.payload, latency_ms } : record.payload)

/** The events among a trip's journal records that the database may not have yet. */
export const eventsIn = (entries: ReadonlyArray<JournalEntry>): ReadonlyArray<TripEventEnvelope> =>
  entries.filter((one) => one.type === TRIP_EVENT_RECORD.type).map((one) => readTripEvent(one.payload))

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
      const entries: Array<JournalRecord> = []
      const add = (type: keyof typeof TRIP_RECORD_TYPES, recordId: string, payload: string) =>
        entries.push({ type, version: TRIP_RECORD_TYPES[type], key, id: recordId, payload })
      for (const event of events) add(TRIP_EVENT_RECORD.type, event.id, JSON.stringify(event))
      const written: Array<UserState> = []
      for (const record of records) {
        if (record.type === "signal") entries.push(signalRecord(record.payload, now()))
        else if (record.type === "pivot_event") {
          const { user_state } = record.payload
          const before = entries.length
          const stateId = states.refer(user_state, key, now(), entries)
          if (entries.length > before) written.push(user_state)
          add(record.type, record.id, pivotRecordText(record.payload, stateId, elapsed()))
        } else add(record.type, record.id, payloadOf(record, elapsed()))
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
