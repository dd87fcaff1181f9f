/** What a record of the journal is: its type, its version and its codec, declared once and used by whoever writes or reads it. */

/**
 * A type of record, as the journal knows it. `upcast[n]` turns a payload of version n into version n + 1. A record on disk
 * whose type or version nobody declared stops the start, with the files left untouched.
 */
export interface RecordType {
  readonly type: string
  readonly version: number
  readonly upcast?: Readonly<Record<number, (payload: unknown) => unknown>>
  /** Clients follow these by number: where one cannot be stored, those who follow its key are told, and start anew. */
  readonly sequenced?: true
}

/** A type with its codec. A payload is JSON of one object, whose fields the database reads by their names. */
export interface RecordKind<Payload> extends RecordType {
  readonly encode: (payload: Payload) => string
  /** What stands on disk was written by `encode` and has its checksum: it is trusted to be of its type. */
  readonly decode: (text: string) => Payload
}

/** A kind whose payload is written as it is. */
export const plain = <Payload>(
  type: string,
  version: number,
  more?: Pick<RecordType, "upcast" | "sequenced">
): RecordKind<Payload> => ({ type, version, ...more, encode: JSON.stringify, decode: JSON.parse })

/** One fact for the journal. `key` is whose order it belongs to; `id`, a UUID, is applied once however often it comes. */
export const recordOf = <Payload>(kind: RecordKind<Payload>, key: string, id: string, payload: Payload) => ({
  type: kind.type,
  version: kind.version,
  key,
  id,
  payload: kind.encode(payload)
})

/** The payloads of this kind among records of the journal, in their order. */
export const payloadsOfKind = <Payload>(
  kind: RecordKind<Payload>,
  entries: ReadonlyArray<{ readonly type: string; readonly payload: string }>
): ReadonlyArray<Payload> => entries.flatMap((one) => (one.type === kind.type ? [kind.decode(one.payload)] : []))
