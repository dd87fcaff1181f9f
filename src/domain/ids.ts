/**
 * Identifiers. Every id is a UUID; those that we make ourselves are version 7, so that they sort by the time
 * they were made and keep index pages warm.
 */
import * as Schema from "effect/Schema"

/** What every id looks like, those that clients make too. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Any UUID, in lower case. */
export const Uuid = Schema.String.check(Schema.isPattern(UUID, { message: "must be a UUID in lower case" }))

export const UserId = Uuid.pipe(Schema.brand("UserId"))
export type UserId = typeof UserId.Type
export const CityId = Uuid.pipe(Schema.brand("CityId"))
export type CityId = typeof CityId.Type
export const NodeId = Uuid.pipe(Schema.brand("NodeId"))
export type NodeId = typeof NodeId.Type
export const TripId = Uuid.pipe(Schema.brand("TripId"))
export type TripId = typeof TripId.Type
export const SlotId = Uuid.pipe(Schema.brand("SlotId"))
export type SlotId = typeof SlotId.Type
export const PivotId = Uuid.pipe(Schema.brand("PivotId"))
export type PivotId = typeof PivotId.Type
export const OptionId = Uuid.pipe(Schema.brand("OptionId"))
export type OptionId = typeof OptionId.Type
export const SessionId = Uuid.pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type
export const JobId = Uuid.pipe(Schema.brand("JobId"))
export type JobId = typeof JobId.Type

/** Of a text only: a pattern takes what is no text for what it looks like when written down. */
export const isUuid = (value: unknown): value is string => typeof value === "string" && UUID.test(value)

const ANYWHERE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi

/** A text as it may be logged: ids say who, and logs are not where that belongs. */
export const withoutIds = (text: string): string => text.replace(ANYWHERE, ":id")

const DIGITS = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0))
const high = (byte: number): number => DIGITS[byte >> 4]!
const low = (byte: number): number => DIGITS[byte & 15]!
const DASH = 45

/**
 * Lays 16 bytes out as a UUID. In one piece: a string that is put together from pieces keeps every piece as an object
 * of its own for as long as it lives, and ids live long, in tens of thousands.
 */
// biome-ignore format: an id's shape is easier seen than its forty arguments
export const uuidFromBytes = (b: Uint8Array): string =>
  String.fromCharCode(
    high(b[0]!), low(b[0]!), high(b[1]!), low(b[1]!), high(b[2]!), low(b[2]!), high(b[3]!), low(b[3]!), DASH,
    high(b[4]!), low(b[4]!), high(b[5]!), low(b[5]!), DASH,
    high(b[6]!), low(b[6]!), high(b[7]!), low(b[7]!), DASH,
    high(b[8]!), low(b[8]!), high(b[9]!), low(b[9]!), DASH,
    high(b[10]!), low(b[10]!), high(b[11]!), low(b[11]!), high(b[12]!), low(b[12]!),
    high(b[13]!), low(b[13]!), high(b[14]!), low(b[14]!), high(b[15]!), low(b[15]!)
  )

/** Random bytes in a version 7 UUID. */
export const UUID_V7_RANDOM = 10

/** A version 7 UUID from a Unix time in milliseconds and ten random bytes, those of `random` from `from` on. */
export const uuidV7 = (millis: number, random: Uint8Array, from = 0): string => {
  const bytes = new Uint8Array(16)
  const upper = Math.floor(millis / 65_536)
  bytes[0] = upper >>> 24
  bytes[1] = upper >>> 16
  bytes[2] = upper >>> 8
  bytes[3] = upper
  const lower = millis - upper * 65_536
  bytes[4] = lower >>> 8
  bytes[5] = lower
  for (let i = 0; i < UUID_V7_RANDOM; i++) bytes[6 + i] = random[from + i]!
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return uuidFromBytes(bytes)
}
