/**
 * Records as columns: an array for each, in PostgreSQL's own binary form. That saves the server the larger half of the
 * reading. Values go from a record's bytes to their column's without becoming strings and objects on the way: those of a
 * batch would outlive several collections, and every one of those would copy them while travelers wait.
 */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { JournalEntry } from "../../../services/journal.ts"
import { SinkRejected } from "../../../services/journal-sink.ts"
import { inSlices } from "../../../support/slices.ts"
import { RecordFields } from "./record-fields.ts"

const { OID } = PgTypes

const QUOTE = 34
const Z = 90

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
  /** Writes the value of the record's field with this number, which is there. */
  readonly write: (into: ArrayBytes, record: RecordFields, field: number) => void
}

const wrong = (field: string, what: string): never => {
  throw new TypeError(`its ${field} is not ${what}`)
}

/** The value of each hexadecimal digit by its character code; others have none. */
const NIBBLES = new Int8Array(256).fill(-1)
for (let i = 0; i < 16; i++) {
  const digit = i.toString(16)
  NIBBLES[digit.charCodeAt(0)] = NIBBLES[digit.toUpperCase().charCodeAt(0)] = i
}
const DASH = 45
const DASHES = [8, 13, 18, 23]
const DIGITS = Array.from({ length: 36 }, (_, i) => i).filter((i) => !DASHES.includes(i))

export const uuid = (name: string): Column => ({
  field: name,
  type: OID.uuid,
  size: 16,
  write: (into, record, field) => {
    const { bytes } = record
    const from = record.from(field) + 1
    if (record.to(field) - from !== 37 || bytes[from - 1] !== QUOTE) wrong(name, "a UUID")
    for (const dash of DASHES) if (bytes[from + dash] !== DASH) wrong(name, "a UUID")
    const out = into.open(16)
    let at = into.at
    for (let i = 0; i < 32; i += 2) {
      const high = NIBBLES[bytes[from + DIGITS[i]!]!]!
      const low = NIBBLES[bytes[from + DIGITS[i + 1]!]!]!
      if (high < 0 || low < 0) wrong(name, "a UUID")
      out[at++] = (high << 4) | low
    }
    into.close(16)
  }
})

const copy = (into: ArrayBytes, bytes: Buffer, from: number, to: number): void => {
  bytes.copy(into.open(to - from), into.at, from, to)
  into.close(to - from)
}

export const text = (name: string): Column => ({
  field: name,
  type: OID.text,
  size: 16,
  write: (into, record, field) => {
    if (record.isPlainText(field)) return copy(into, record.bytes, record.from(field) + 1, record.to(field) - 1)
    const value = record.value(field)
    if (typeof value !== "string") return wrong(name, "a text")
    const bytes = Buffer.from(value)
    copy(into, bytes, 0, bytes.length)
  }
})

/** JSON inside the record, as text for the server to cast. */
export const json = (name: string): Column => ({
  field: name,
  type: OID.text,
  size: 160,
  write: (into, record, field) => copy(into, record.bytes, record.from(field), record.to(field))
})

export const real = (name: string): Column => ({
  field: name,
  type: OID.float4,
  size: 4,
  write: (into, record, field) => {
    const value = record.value(field)
    if (typeof value !== "number") return wrong(name, "a number")
    into.open(4).writeFloatBE(value, into.at)
    into.close(4)
  }
})

export const boolean = (name: string): Column => ({
  field: name,
  type: OID.bool,
  size: 1,
  write: (into, record, field) => {
    const value = record.value(field)
    if (typeof value !== "boolean") return wrong(name, "true or false")
    into.open(1)[into.at] = value ? 1 : 0
    into.close(1)
  }
})

/** PostgreSQL counts microseconds from here. */
const EPOCH_MILLIS = Date.UTC(2000, 0, 1)

const USUAL_INSTANT = '"2026-01-01T00:00:00.000Z"'

/** The digits of a number in an instant as we write them; NaN where something else is in their place. */
const digits = (bytes: Buffer, from: number, count: number): number => {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

const millisOf = (record: RecordFields, field: number): number => {
  const { bytes } = record
  const from = record.from(field)
  if (record.to(field) - from === USUAL_INSTANT.length && bytes[from + 24] === Z) {
    const month = digits(bytes, from + 6, 2)
    const day = digits(bytes, from + 9, 2)
    const hour = digits(bytes, from + 12, 2)
    const minute = digits(bytes, from + 15, 2)
    const second = digits(bytes, from + 18, 2)
    const year = digits(bytes, from + 1, 4)
    // A year before 100 would be read as one of the last century, a 30th of February as a day of March.
    if (year > 99 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60) {
      return Date.UTC(year, month - 1, day, hour, minute, second, digits(bytes, from + 21, 3))
    }
  }
  const value = record.value(field)
  return typeof value === "string" ? Date.parse(value) : Number.NaN
}

export const instant = (name: string): Column => ({
  field: name,
  type: OID.timestamptz,
  size: 8,
  write: (into, record, field) => {
    const millis = millisOf(record, field)
    if (Number.isNaN(millis)) return wrong(name, "an instant")
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

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Longest that taking records apart holds the event loop at a time. */
const SLICE_MILLIS = 1

/** Records of one group: an array parameter for each column, in their order. */
export interface Table {
  readonly rows: number
  readonly columns: ReadonlyArray<PgTypes.Parameter>
}

/**
 * The records in as many tables as there are groups; `groupOf` says in which one goes, by its fields, which have the numbers of
 * the columns. A payload that is not of its kind is the record's fault.
 */
export const tablesOf = Effect.fnUntraced(function* (
  columns: ReadonlyArray<Column>,
  records: ReadonlyArray<JournalEntry>,
  groups = 1,
  groupOf: (record: RecordFields) => number = () => 0
) {
  const tables = Array.from({ length: groups }, (_, group) => ({
    rows: 0,
    // Most records are of the first group.
    arrays: columns.map(({ size }) => new ArrayBytes(group === 0 ? records.length * (size + 4) : 0))
  }))
  const fields = new RecordFields(columns.map(({ field }) => field))
  let fault: unknown
  yield* inSlices(
    records,
    (record) => {
      if (fault !== undefined) return
      try {
        fields.read(record.bytes === undefined ? Buffer.from(record.payload) : asBuffer(record.bytes))
        const table = tables[groupOf(fields)]!
        table.rows++
        for (let i = 0; i < columns.length; i++) {
          if (fields.absent(i)) table.arrays[i]!.null()
          else columns[i]!.write(table.arrays[i]!, fields, i)
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
