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

const quoted = (id: string | null): string => (id === null ? "null" : `"${id}"`)
const written = (text: string | null): string => (text === null ? "null" : JSON.stringify(text))

/**
 * A signal as JSON up to its instant, which its hash and its record write differently. Written out, because these are the texts
 * of every signal: its ids, types and sources need no escapes.
 */
const opening = (one: Signal): string =>
  `{"id":"${one.id}","user_id":"${one.user_id}","signal_type":"${one.signal_type}","trip_id":${quoted(one.trip_id)},"slot_id":${quoted(one.slot_id)},"activity_node_id":${quoted(one.activity_node_id)},"session_id":${written(one.session_id)},"context":${JSON.stringify(one.context)},"source":"${one.source}","weight":${one.weight},"model_version":${written(one.model_version)}`

/** What we know better than the client, beside what it said. */
const decided = ({ client_model_version, client_session_id, decision_id }: Signal): string =>
  (decision_id === undefined ? "" : `,"decision_id":"${decision_id}"`) +
  (client_model_version === undefined ? "" : `,"client_model_version":${written(client_model_version)}`) +
  (client_session_id === undefined ? "" : `,"client_session_id":${written(client_session_id)}`)

export const SIGNAL: RecordKind<ReceivedSignal> = {
  type: "signal",
  version: 1,
  encode: ({ content_hash, received_at, signal, unverified }) =>
    `${opening(signal)}${decided(signal)},"occurred_at":"${new Date(signal.occurred_at).toISOString()}","received_at":"${new Date(received_at).toISOString()}","content_hash":"${content_hash}"${unverified ? ',"unverified":true' : ""}}`,
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
export const contentHash = (sent: Signal): string => hash128(`${opening(sent)},"occurred_at":${sent.occurred_at}}`)

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
