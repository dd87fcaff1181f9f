/**
 * Records as columns: an array for each, in PostgreSQL's own binary form. That saves the server the larger half of the
 * reading. Each value is written into its column's bytes as soon as it is taken out of its record: kept as strings until
 * they are sent and stored, the values of a batch would outlive several collections, and every one of those would copy
 * them while travelers wait.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { JournalEntry } from "../../../services/journal.ts"
import { SinkRejected } from "../../../services/journal-sink.ts"
import { inSlices } from "../../../services/slices.ts"

const { OID } = PgTypes

/** The bytes of an array of one type, as they grow. */
class ArrayBytes {
  #bytes: Buffer
  #end = 20
  #count = 0
  #nulls = 0

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafeSlow(this.#end + expected)
  }

  /** Room for one more value of this many bytes at most, behind the four that say how many it has. */
  open(most: number): Buffer {
    const needed = this.#end + 4 + most
    if (needed > this.#bytes.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(wider, 0, 0, this.#end)
      this.#bytes = wider
    }
    return this.#bytes
  }

  /** Where the value that was made room for begins. */
  get at(): number {
    return this.#end + 4
  }

  close(length: number): void {
    this.#bytes.writeInt32BE(length, this.#end)
    this.#end += 4 + length
    this.#count++
  }

  null(): void {
    this.open(0).writeInt32BE(-1, this.#end)
    this.#end += 4
    this.#count++
    this.#nulls++
  }

  finished(elements: number): Uint8Array {
    const bytes = this.#bytes
    bytes.writeInt32BE(this.#count === 0 ? 0 : 1, 0)
    bytes.writeInt32BE(this.#nulls === 0 ? 0 : 1, 4)
    bytes.writeInt32BE(elements, 8)
    bytes.writeInt32BE(this.#count, 12)
    bytes.writeInt32BE(1, 16)
    return bytes.subarray(0, this.#count === 0 ? 12 : this.#end)
  }
}

/** Where a record's field goes, and how it is written. */
export interface Column {
  readonly field: string
  readonly type: number
  /** About how many bytes a value takes. */
  readonly size: number
  readonly write: (into: ArrayBytes, value: unknown) => void
}

const wrong = (field: string, what: string): never => {
  throw new TypeError(`its ${field} is not ${what}`)
}

/** The value of each hexadecimal digit by its character code; others have none. */
const NIBBLES = new Int8Array(128).fill(-1)
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16)
  NIBBLES[digit.charCodeAt(0)] = NIBBLES[digit.toUpperCase().charCodeAt(0)] = i
}
const DASHES = new Set([8, 13, 18, 23])
const DIGITS = Array.from({ length: 36 }, (_, i) => i).filter((i) => !DASHES.has(i))

export const uuid = (field: string): Column => ({
  field,
  type: OID.uuid,
  size: 16,
  write: (into, value) => {
    if (typeof value !== "string" || value.length !== 36) return wrong(field, "a UUID")
    const bytes = into.open(16)
    let at = into.at
    for (const dash of DASHES) if (value.charCodeAt(dash) !== 45) wrong(field, "a UUID")
    for (let i = 0; i < 32; i += 2) {
      const high = NIBBLES[value.charCodeAt(DIGITS[i]!)] ?? -1
      const low = NIBBLES[value.charCodeAt(DIGITS[i + 1]!)] ?? -1
      if (high < 0 || low < 0) wrong(field, "a UUID")
      bytes[at++] = (high << 4) | low
    }
    into.close(16)
  }
})

const writeText = (into: ArrayBytes, value: string): void => {
  // A character takes three bytes at most.
  const bytes = into.open(value.length * 3)
  into.close(bytes.write(value, into.at, "utf8"))
}

export const text = (field: string): Column => ({
  field,
  type: OID.text,
  size: 16,
  write: (into, value) => (typeof value === "string" ? writeText(into, value) : wrong(field, "a text"))
})

/** JSON inside the record, as text for the server to cast. */
export const json = (field: string): Column => ({
  field,
  type: OID.text,
  size: 160,
  write: (into, value) => writeText(into, JSON.stringify(value))
})

export const real = (field: string): Column => ({
  field,
  type: OID.float4,
  size: 4,
  write: (into, value) => {
    if (typeof value !== "number") return wrong(field, "a number")
    into.open(4).writeFloatBE(value, into.at)
    into.close(4)
  }
})

export const boolean = (field: string): Column => ({
  field,
  type: OID.bool,
  size: 1,
  write: (into, value) => {
    if (typeof value !== "boolean") return wrong(field, "true or false")
    into.open(1)[into.at] = value ? 1 : 0
    into.close(1)
  }
})

/** PostgreSQL counts microseconds from here. */
const EPOCH_MILLIS = Date.UTC(2000, 0, 1)

export const instant = (field: string): Column => ({
  field,
  type: OID.timestamptz,
  size: 8,
  write: (into, value) => {
    const millis = typeof value === "string" ? Date.parse(value) : Number.NaN
    if (Number.isNaN(millis)) return wrong(field, "an instant")
    // In two halves: far from now, microseconds are more than a number can tell apart.
    const since = millis - EPOCH_MILLIS
    const upper = Math.floor(since / 2 ** 32)
    const lower = (since - upper * 2 ** 32) * 1000
    const carried = Math.floor(lower / 2 ** 32)
    const bytes = into.open(8)
    bytes.writeInt32BE(upper * 1000 + carried, into.at)
    bytes.writeUInt32BE(lower - carried * 2 ** 32, into.at + 4)
    into.close(8)
  }
})

/** What the driver knows by itself; what is set below stands in front of it. */
const known = PgTypes.makeRegistry()

/** The array type of an element's type, which from here on also takes bytes that are in its form already. */
const arrayOf = (element: number): number => {
  const oid = PgTypes.arrayOidFor(element)
  if (oid === undefined) throw new Error(`There is no array type for the type ${element}.`)
  PgTypes.register(oid, {
    encode: (value: unknown) =>
      value instanceof Uint8Array ? Result.succeed(value) : PgTypes.encode(value, oid, known),
    decode: (bytes) => PgTypes.decode(bytes, oid, 1, known)
  })
  return oid
}

const ARRAY_OF = new Map<number, number>(
  [OID.uuid, OID.text, OID.float4, OID.bool, OID.timestamptz].map((type) => [type, arrayOf(type)])
)

const parameter = (type: number, value: Uint8Array): PgTypes.Parameter => ({
  [PgTypes.ParameterTypeId]: PgTypes.ParameterTypeId,
  oid: ARRAY_OF.get(type)!,
  value
})

/** Longest that taking records apart holds the event loop at a time. */
const SLICE_MILLIS = 1

/** Records of one group: an array parameter for each column, in their order. */
export interface Table {
  readonly rows: number
  readonly columns: ReadonlyArray<PgTypes.Parameter>
}

/**
 * The records in as many tables as there are groups; `groupOf` says in which a row goes. A payload that is not of its kind is
 * the record's fault.
 */
export const tablesOf = Effect.fnUntraced(function* (
  columns: ReadonlyArray<Column>,
  records: ReadonlyArray<JournalEntry>,
  groups = 1,
  groupOf: (row: Readonly<Record<string, unknown>>) => number = () => 0
) {
  const tables = Array.from({ length: groups }, (_, group) => ({
    rows: 0,
    // Most records are of the first group.
    arrays: columns.map(({ size }) => new ArrayBytes(group === 0 ? records.length * (size + 4) : 0))
  }))
  let fault: unknown
  yield* inSlices(
    records,
    (record) => {
      if (fault !== undefined) return
      try {
        const row = JSON.parse(record.payload) as Record<string, unknown>
        const table = tables[groupOf(row)]!
        table.rows++
        for (let i = 0; i < columns.length; i++) {
          const { field, write } = columns[i]!
          const value = row[field] ?? null
          if (value === null) table.arrays[i]!.null()
          else write(table.arrays[i]!, value)
        }
      } catch (cause) {
        fault = cause
      }
    },
    SLICE_MILLIS
  )
  if (fault !== undefined) {
    return yield* new SinkRejected({ message: `A record is not of its kind: ${(fault as Error).message}.` })
  }
  return tables.map(
    ({ rows, arrays }): Table => ({
      rows,
      columns: columns.map(({ type }, i) => parameter(type, arrays[i]!.finished(type)))
    })
  )
})
