/**
 * Ids of the people in a test. Plans are drawn by them, so they come from a seed: what failed once fails again.
 * `TEST_SEED=<word>` makes other people, for whoever wants to see whether a test holds for any plan.
 */
import { createHash } from "node:crypto"

let made = 0

/** A new one for every call; each test file runs in a process of its own and begins anew. */
export const personId = (): string => {
  const hash = createHash("sha256")
    .update(`${process.env.TEST_SEED ?? "1"} ${made++}`)
    .digest("hex")
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
