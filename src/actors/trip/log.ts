/** A trip's events and records as journal records: one append, one fate. */
import type { RankingEvent } from "../../domain/decisions.ts"
import { TRIP_EVENT_SCHEMA_VERSION, type TripEventEnvelope } from "../../domain/trip/events.ts"
import type { TripRecord } from "../../domain/trip/turn.ts"
import type { Journal, JournalEntry, JournalRecord } from "../../services/journal.ts"
import { signalRecord } from "../../services/signal-intake.ts"
import type { ActorLog } from "../engine/kind.ts"

const VERSION = 1

/** The record types that trips write beside the signals; what each holds is named in `domain/decisions.ts`. */
const TRIP_RECORD_TYPES = {
  trip_event: TRIP_EVENT_SCHEMA_VERSION,
  pivot_event: VERSION,
  pivot_response: VERSION,
  ranking_event: VERSION,
  experiment_event: VERSION,
  intention_signal: VERSION
} as const satisfies Readonly<Record<string, number>>

export const journalKey = (tripId: string): string => `trip:${tripId}`

const userStates = new WeakMap<object, string>()

/** A ranking event's `user_state` is the same for many decisions and most of its bytes: it is written out once. */
const rankingJson = ({ user_state, ...row }: RankingEvent): string => {
  let state = userStates.get(user_state)
  if (state === undefined) {
    state = JSON.stringify(user_state)
    userStates.set(user_state, state)
  }
  return `${JSON.stringify(row).slice(0, -1)},"user_state":${state}}`
}

const recordOf = (key: string, record: TripRecord, now: number): JournalRecord => {
  if (record.type === "signal") return signalRecord(record.payload, now)
  const { type, id } = record
  const payload = record.type === "ranking_event" ? rankingJson(record.payload) : JSON.stringify(record.payload)
  return { type, version: TRIP_RECORD_TYPES[type], key, id, payload }
}

/** The events among a trip's journal records that the database may not have yet. */
export const eventsIn = (entries: ReadonlyArray<JournalEntry>): ReadonlyArray<TripEventEnvelope> =>
  entries.filter((one) => one.type === "trip_event").map((one): TripEventEnvelope => JSON.parse(one.payload))

export const tripLog = (journal: Journal["Service"], now: () => number): ActorLog<TripEventEnvelope, TripRecord> => ({
  append: (id, events, records, settled, urgency) => {
    const key = journalKey(id)
    const entries: Array<JournalRecord> = []
    for (const event of events) {
      entries.push({
        type: "trip_event",
        version: TRIP_RECORD_TYPES.trip_event,
        key,
        id: event.id,
        payload: JSON.stringify(event)
      })
    }
    for (const record of records) entries.push(recordOf(key, record, now()))
    const ticket = journal.append("trip", entries, settled, urgency)
    if (ticket._tag !== "AppendTicket") throw ticket
  }
})
