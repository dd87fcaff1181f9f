/** Codes that carry who is signed in here to another device: short, for minutes, once. */

/** Letters of 32: 40 bits, asked for over a road that takes some hundreds of guesses a minute, for some minutes. */
export const CODE_LENGTH = 8

/** How long the first token of the other device lives; it is renewed from there. */
export const SIGNED_IN_MS = 12 * 3_600_000

/** What is said where a session is over that was to be renewed, or handed on to another device. */
export const SESSION_OVER = "It is too long ago that you signed in. Sign in again; your trips are as you left them."

/** What follows a `#` never leaves the browser: no log has it. */
export const codePath = (written: string): string => `/#code=${written}`

/**
 * The network that guesses are counted by: an address of IPv4 by itself, and of IPv6 its first half, as whoever has one of
 * those addresses has all of them.
 */
export const networkOf = (address: string): string => {
  if (!address.includes(":") || address.includes(".")) return address
  const [head = "", tail] = address.split("::")
  const groups = (part: string) => (part === "" ? [] : part.split(":"))
  const ends = tail === undefined ? [groups(head)] : [groups(head), groups(tail)]
  const zeros = Array<string>(Math.max(0, 8 - ends.flat().length)).fill("0")
  const whole = [...ends[0]!, ...zeros, ...(ends[1] ?? [])]
  const first = whole.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  // What is no network of its own: this machine, and IPv4 written as IPv6.
  return first.every((group) => group === "0") ? address : first.join(":")
}
