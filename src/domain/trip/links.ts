/** Secret links: how their secrets look, and how long they hold. */
import * as Schema from "effect/Schema"
import { readSpoken, spokenOf, writtenSpoken } from "../basics/spoken.ts"

export const LinkKind = Schema.Literals(["invite", "calendar", "share"])
export type LinkKind = typeof LinkKind.Type

const DAY_MS = 86_400_000

/** Longest that a link may hold, in days. */
export const MOST_LINK_DAYS = 366

/**
 * How long a link holds where nobody says how long: an invitation is taken up within weeks or not at all, a calendar goes
 * on as long as trips are remembered, and what strangers may read does not stay open for ever by itself.
 */
const LINK_DAYS: Readonly<Record<LinkKind, number>> = { invite: 14, calendar: MOST_LINK_DAYS, share: 30 }

export const linkMillis = (kind: LinkKind, days = LINK_DAYS[kind]): number => days * DAY_MS

/** Links of one kind that somebody may have to one trip. */
export const MOST_LINKS = 10

/** Where a link leads on its server. What follows a `#` never leaves the browser: no log has it. */
export const linkPath = (kind: LinkKind, secret: string): string => {
  if (kind === "calendar") return `/calendar/${secret}.ics`
  return kind === "share" ? `/#/shared/${secret}` : `/#/join/${writtenSpoken(secret)}`
}

/** Of 32 letters each: 60 bits are typed by a person and asked for over a limited road; 160 bits stand in an address. */
const LENGTH: Readonly<Record<LinkKind, number>> = { invite: 12, calendar: 32, share: 32 }

/** The secret that these random bytes make, of which there are at least `SECRET_BYTES`. */
export const secretOf = (kind: LinkKind, random: Uint8Array): string => spokenOf(random.subarray(0, LENGTH[kind]))

/** Most random bytes that a secret takes. */
export const SECRET_BYTES = 32

/** As it was meant. Undefined where it cannot be one. */
export const readSecret = (kind: LinkKind, typed: string): string | undefined => readSpoken(LENGTH[kind], typed)
