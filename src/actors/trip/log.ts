/** A trip's events and records as journal records: one append, one fate. */
import type { RankingEvent } from "../../domain/decisions.ts"
import { TRIP_EVENT_SCHEMA_VERSION, type TripEventEnvelope } from "../../domain/trip/events.ts"
import { pivotRecordText, userStateText } from "../../domain/trip/pivot-record.ts"
import type { TripRecord } from "../../domain/trip/turn.ts"
import type { Journal, JournalEntry, JournalRecord } from "../../services/journal.ts"
import { signalRecord } from "../../services/signal-intake.ts"
import type { ActorLog } from "../engine/kind.ts"

const VERSION = 1

/** Since version 2 one record holds the offer and the decision behind it. */
const PIVOT_EVENT_VERSION = 2

/** The record types that trips write beside the signals; what each holds is named in `domain/decisions.ts`. */
const TRIP_RECORD_TYPES = {
  trip_event: TRIP_EVENT_SCHEMA_VERSION,
  pivot_event: PIVOT_EVENT_VERSION,
  pivot_response: VERSION,
  ranking_event: VERSION,
  experiment_event: VERSION,
  intention_signal: VERSION
} as const satisfies Readonly<Record<string, number>>

export const journalKey = (tripId: string): string => `trip:${tripId}`

const rankingText = ({ user_state, ...row }: RankingEvent, latency_ms: number): string =>
  `${JSON.stringify({ ...row, latency_ms }).slice(0, -1)},"user_state":${userStateText(user_state)}}`

const textOf = (record: Exclude<TripRecord, { type: "signal" }>, latencyMillis: number): string => {
  switch (record.type) {
    case "pivot_event":
      return pivotRecordText(record.payload, latencyMillis)
    case "ranking_event":
      return rankingText(record.payload, latencyMillis)
    default:
      return JSON.stringify(record.payload)
  }
}

const recordOf = (key: string, record: TripRecord, now: number, latencyMillis: number): JournalRecord => {
  if (record.type === "signal") return signalRecord(record.payload, now)
  const { type, id } = record
  return { type, version: TRIP_RECORD_TYPES[type], key, id, payload: textOf(record, latencyMillis) }
}

/** The events among a trip's journal records that the database may not have yet. */
export const eventsIn = (entries: ReadonlyArray<JournalEntry>): ReadonlyArray<TripEventEnvelope> =>
  entries.filter((one) => one.type === "trip_event").map((one): TripEventEnvelope => JSON.parse(one.payload))

/** `elapsed` is how long the turn that decided has taken so far: decisions are logged with what they cost. */
export const tripLog = (
  journal: Journal["Service"],
  now: () => number,
  elapsed: () => number
): ActorLog<TripEventEnvelope, TripRecord> => ({
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
    for (const record of records) entries.push(recordOf(key, record, now(), elapsed()))
    const ticket = journal.append("trip", entries, settled, urgency)
    if (ticket._tag !== "AppendTicket") throw ticket
  }
})
