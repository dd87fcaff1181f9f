/** Values as PostgreSQL takes them, and what it says of those that it does not take. */

/** What the server answers in place of a result. */
export class PgFailure extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export const TYPES = [
  "uuid",
  "text",
  "int2",
  "int4",
  "int8",
  "float4",
  "float8",
  "bool",
  "timestamptz",
  "date",
  "jsonb",
  "json",
  "uuid[]",
  "text[]",
  "float4[]"
] as const
export type Type = (typeof TYPES)[number]

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const textOf = (value: string): string => {
  if (value.includes("\u0000")) throw new PgFailure("22021", 'invalid byte sequence for encoding "UTF8": 0x00')
  if (!value.isWellFormed()) throw new PgFailure("22021", "invalid byte sequence for encoding")
  return value
}

const RANGES: Readonly<Partial<Record<Type, number>>> = { int2: 2 ** 15, int4: 2 ** 31, int8: 2 ** 63 }

const whole = (value: unknown, type: Type): number => {
  const number = Number(value)
  if (!Number.isFinite(number) || (typeof value === "string" && !Number.isInteger(number)))
    throw new PgFailure("22P02", `invalid input syntax for type ${type}`)
  const rounded = Math.round(number)
  const range = RANGES[type]!
  if (rounded >= range || rounded < -range) throw new PgFailure("22003", `value is out of range for type ${type}`)
  return rounded
}

const float = (value: unknown, type: Type): number => {
  const number = Number(value)
  if (Number.isNaN(number)) throw new PgFailure("22P02", `invalid input syntax for type ${type}`)
  if (type === "float8") return number
  const single = Math.fround(number)
  if (!Number.isFinite(single) || (single === 0 && number !== 0)) {
    throw new PgFailure("22003", `"${number}" is out of range for type real`)
  }
  return single
}

/** Milliseconds: nothing of ours is told more precisely. */
const instant = (value: unknown): number => {
  const millis = value instanceof Date ? value.getTime() : typeof value === "number" ? value : Date.parse(String(value))
  if (Number.isNaN(millis)) throw new PgFailure("22007", `invalid input syntax for type timestamp: "${value}"`)
  if (millis < -210_866_803_200_000 || millis > 9_224_318_016_000_000)
    throw new PgFailure("22008", "timestamp out of range")
  return millis
}

const date = (value: unknown): string => {
  const text = value instanceof Date ? value.toISOString() : String(value)
  const day = text.slice(0, 10)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
    throw new PgFailure("22007", `invalid input syntax for type date: "${text}"`)
  return day
}

/** Texts inside of JSON: what PostgreSQL would not keep as text. */
const checkJson = (value: unknown): void => {
  if (typeof value === "string") {
    if (value.includes("\u0000")) throw new PgFailure("22P05", "unsupported Unicode escape sequence")
    if (!value.isWellFormed()) throw new PgFailure("22P02", "invalid input syntax for type json")
  } else if (Array.isArray(value)) for (const one of value) checkJson(one)
  else if (typeof value === "object" && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      checkJson(key)
      checkJson(one)
    }
  }
}

const list = (value: unknown, each: (one: unknown) => unknown): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) throw new PgFailure("22P02", "malformed array literal")
  return value.map(each)
}

/** The value as a column of this type keeps it. */
export const coerce = (type: Type, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  switch (type) {
    case "uuid":
      if (typeof value !== "string" || !UUID.test(value))
        throw new PgFailure("22P02", `invalid input syntax for type uuid: "${value}"`)
      return value.toLowerCase()
    case "text":
      return textOf(typeof value === "string" ? value : JSON.stringify(value))
    case "int2":
    case "int4":
    case "int8":
      return whole(value, type)
    case "float4":
    case "float8":
      return float(value, type)
    case "bool":
      return value === true || value === "true" || value === "t"
    case "timestamptz":
      return instant(value)
    case "date":
      return date(value)
    case "json":
      return value
    case "jsonb":
      checkJson(value)
      return value
    case "uuid[]":
      return list(value, (one) => coerce("uuid", one))
    case "text[]":
      return list(value, (one) => coerce("text", one))
    case "float4[]":
      return list(value, (one) => coerce("float4", one))
  }
}

/** A stored value as the driver gives it to the program. */
export const given = (type: Type, value: unknown): unknown =>
  type === "timestamptz" && typeof value === "number" ? new Date(value) : value
