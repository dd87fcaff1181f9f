/**
 * Fresh identifiers. Asking the system for random bytes costs more than everything else about an id, so they are asked
 * for by the page.
 */
import { UUID_V7_RANDOM, uuidV7 } from "../domain/ids.ts"

const page = new Uint8Array(400 * UUID_V7_RANDOM)

let used = page.length

/** A version 7 UUID for this instant (Unix milliseconds). */
export const newId = (millis: number): string => {
  if (used === page.length) {
    crypto.getRandomValues(page)
    used = 0
  }
  const id = uuidV7(millis, page, used)
  used += UUID_V7_RANDOM
  return id
}
