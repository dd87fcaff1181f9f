/** How a signal stands in the journal: its fields are the columns of `behavioral_signals`. */
import { hash128 } from "../basics/hash.ts"
import { lacksPlace, type Signal } from "../signal.ts"
import { type RecordKind, recordOf } from "./kind.ts"

export interface ReceivedSignal {
  readonly signal: Signal
  readonly received_at: number
  /** Tells one content from another: what a client may not change under the same id. */
  readonly content_hash: string
  /** It names a trip that could not be looked up, or only a stop of one: stored only if that turns out to be the user's. */
  readonly unverified: boolean
}

export const SIGNAL: RecordKind<ReceivedSignal> = {
  type: "signal",
  version: 1,
  encode: ({ content_hash, received_at, signal, unverified }) =>
    JSON.stringify({
      ...signal,
      occurred_at: new Date(signal.occurred_at).toISOString(),
      received_at: new Date(received_at).toISOString(),
      content_hash,
      ...(unverified ? { unverified } : {})
    }),
  decode: (text) => {
    const { content_hash, occurred_at, received_at, unverified, ...rest } = JSON.parse(text)
    return {
      signal: { ...rest, occurred_at: Date.parse(occurred_at) },
      received_at: Date.parse(received_at),
      content_hash,
      unverified: unverified === true
    }
  }
}

/**
 * The hash of what a client sent. It is kept with the signal and compared with that of whatever comes under the same id, also
 * years later: the text that is hashed must never change.
 */
export const contentHash = (sent: Signal): string =>
  hash128(
    JSON.stringify({
      id: sent.id,
      user_id: sent.user_id,
      signal_type: sent.signal_type,
      trip_id: sent.trip_id,
      slot_id: sent.slot_id,
      activity_node_id: sent.activity_node_id,
      session_id: sent.session_id,
      context: sent.context,
      source: sent.source,
      weight: sent.weight,
      model_version: sent.model_version,
      occurred_at: sent.occurred_at
    })
  )

/** What it is about, or whose, is certain only once it is stored: it teaches nobody before. */
export const isAwaited = ({ signal, unverified }: ReceivedSignal): boolean => unverified || lacksPlace(signal)

export const signalRecord = (received: ReceivedSignal) =>
  recordOf(SIGNAL, `user:${received.signal.user_id}`, received.signal.id, received)

/**
 * The record of a signal of our own making. Its id was made for it and tells its content from every other; hashing a
 * candidate set would cost more than making it.
 */
export const ownSignalRecord = (signal: Signal, received_at: number, unverified = false) =>
  signalRecord({ signal, received_at, content_hash: hash128(signal.id), unverified })
