/**
 * Fresh identifiers. Asking the system for ten random bytes costs more than everything else about an id, so they are
 * asked for by the page.
 */
import { uuidV7 } from "../domain/ids.ts"

const BYTES = 10

const page = new Uint8Array(BYTES * 409)

let used = page.length

/** A version 7 UUID for this instant (Unix milliseconds). */
export const newId = (millis: number): string => {
  if (used >= page.length) {
    crypto.getRandomValues(page)
    used = 0
  }
  const id = uuidV7(millis, page.subarray(used, used + BYTES))
  used += BYTES
  return id
}
