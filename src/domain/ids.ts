/**
 * Identifiers. Every id is a UUID; those that we make ourselves are version 7, so that they sort by the time
 * they were made and keep index pages warm.
 */
import * as Schema from "effect/Schema"

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

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
export const SignalId = Uuid.pipe(Schema.brand("SignalId"))
export type SignalId = typeof SignalId.Type
export const SessionId = Uuid.pipe(Schema.brand("SessionId"))
export type SessionId = typeof SessionId.Type
export const JobId = Uuid.pipe(Schema.brand("JobId"))
export type JobId = typeof JobId.Type

export const isUuid = (value: string): boolean => UUID.test(value)

const ANYWHERE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi

/** A text as it may be logged: ids say who, and logs are not where that belongs. */
export const withoutIds = (text: string): string => text.replace(ANYWHERE, ":id")

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** Lays 16 bytes out as a UUID. */
export const uuidFromBytes = (b: Uint8Array): string => {
  const h = (i: number) => HEX[b[i]!]
  return `${h(0)}${h(1)}${h(2)}${h(3)}-${h(4)}${h(5)}-${h(6)}${h(7)}-${h(8)}${h(9)}-${h(10)}${h(11)}${h(12)}${h(13)}${h(14)}${h(15)}`
}

/** A version 7 UUID from a Unix time in milliseconds and ten random bytes. */
export const uuidV7 = (millis: number, random: Uint8Array): string => {
  const bytes = new Uint8Array(16)
  for (let i = 5, rest = millis; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return uuidFromBytes(bytes)
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

let prefixMillis = Number.NaN
let prefix = ""

/** The first half of a version 7 UUID; ids come in bursts, within one millisecond. */
const prefixOf = (millis: number): string => {
  if (millis !== prefixMillis) {
    const high = Math.floor(millis / 65_536)
    prefix = `${hex(high, 8)}-${hex(millis - high * 65_536, 4)}-7`
    prefixMillis = millis
  }
  return prefix
}

const VARIANTS = ["8", "9", "a", "b"]

/** Hexadecimal digits that `uuidV7FromHex` takes of `random`. */
export const UUID_V7_DIGITS = 19

/** `uuidV7` from random hexadecimal digits, from `at` on: what many ids a second are made with. */
export const uuidV7FromHex = (millis: number, random: string, at: number): string =>
  `${prefixOf(millis)}${random.slice(at, at + 3)}-${VARIANTS[random.charCodeAt(at + 3) & 3]}${random.slice(at + 4, at + 7)}-${random.slice(at + 7, at + UUID_V7_DIGITS)}`

/** The instant a version 7 UUID was made at, in Unix milliseconds. */
export const uuidV7Millis = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
