/**
 * Records as columns: an array for each, sent in PostgreSQL's own binary form. That costs a little more here than handing on
 * their JSON, and saves the server its larger half of the reading.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { JournalEntry } from "../../../services/journal.ts"
import { SinkRejected } from "../../../services/journal-sink.ts"
import { inSlices } from "../../../services/slices.ts"

/** What a record's field becomes in the array of its column. */
export interface Column {
  readonly field: string
  readonly type: number
  readonly of?: (value: unknown) => unknown
}

const { OID } = PgTypes

export const uuid = (field: string): Column => ({ field, type: OID.uuid })
export const text = (field: string): Column => ({ field, type: OID.text })
export const real = (field: string): Column => ({ field, type: OID.float4 })
export const boolean = (field: string): Column => ({ field, type: OID.bool })
export const instant = (field: string): Column => ({ field, type: OID.timestamptz, of: (at) => new Date(at as string) })
/** JSON inside the record, as text for the server to cast. */
export const json = (field: string): Column => ({ field, type: OID.text, of: (value) => JSON.stringify(value) })

/** Longest that taking records apart holds the event loop at a time. */
const SLICE_MILLIS = 1

/** An array parameter for each column, in their order. A payload that is no object of JSON is the record's fault. */
export const columnsOf = Effect.fnUntraced(function* (
  columns: ReadonlyArray<Column>,
  records: ReadonlyArray<JournalEntry>
) {
  const values = columns.map((): Array<unknown> => [])
  let fault: unknown
  yield* inSlices(
    records,
    (record) => {
      try {
        const row = JSON.parse(record.payload) as Record<string, unknown>
        for (const [i, { field, of }] of columns.entries()) {
          const value = row[field] ?? null
          values[i]!.push(value === null || of === undefined ? value : of(value))
        }
      } catch (cause) {
        fault ??= cause
      }
    },
    SLICE_MILLIS
  )
  if (fault !== undefined) {
    return yield* new SinkRejected({ message: `A record is no JSON of its kind: ${(fault as Error).message}.` })
  }
  return columns.map(({ type }, i) => Result.getOrThrow(PgTypes.array(values[i]!, type)))
})
