/**
 * Fresh identifiers. Asking the system for random bytes costs more than everything else about an id, so they are asked
 * for by the page.
 */
import { UUID_V7_DIGITS, uuidV7FromHex } from "../domain/ids.ts"

const IDS = 400

const bytes = new Uint8Array(Math.ceil((IDS * UUID_V7_DIGITS) / 2))

let page = ""
let used = 0

/** A version 7 UUID for this instant (Unix milliseconds). */
export const newId = (millis: number): string => {
  if (used + UUID_V7_DIGITS > page.length) {
    page = Buffer.from(crypto.getRandomValues(bytes)).toString("hex")
    used = 0
  }
  const id = uuidV7FromHex(millis, page, used)
  used += UUID_V7_DIGITS
  return id
}
