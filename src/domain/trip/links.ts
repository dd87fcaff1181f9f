/** Secret links: how their secrets look, and how long they hold. */
import * as Schema from "effect/Schema"

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
  return kind === "share" ? `/#/shared/${secret}` : `/#/join/${writtenSecret(secret)}`
}

/** Letters and digits that nobody mistakes for each other when they read them out. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** Of 32 letters each: 60 bits are typed by a person and asked for over a limited road; 160 bits stand in an address. */
const LENGTH: Readonly<Record<LinkKind, number>> = { invite: 12, calendar: 32, share: 32 }

/** The secret that these random bytes make; one byte for each letter. */
export const secretOf = (kind: LinkKind, random: Uint8Array): string =>
  Array.from({ length: LENGTH[kind] }, (_, i) => ALPHABET[random[i]! % ALPHABET.length]!).join("")

/** Most random bytes that a secret takes. */
export const SECRET_BYTES = 32

/** As it was meant: in any case, with or without dashes, O for 0 and I or L for 1. Undefined where it cannot be one. */
export const readSecret = (kind: LinkKind, typed: string): string | undefined => {
  const text = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1")
  return text.length === LENGTH[kind] && [...text].every((letter) => ALPHABET.includes(letter)) ? text : undefined
}

/** "K7QM-3XPD-9TRA": in groups that one can read out. */
export const writtenSecret = (secret: string): string => secret.replace(/(.{4})(?=.)/g, "$1-")
