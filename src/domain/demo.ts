/** The demo: one traveler who is under way, and newcomers who look around for half a day. */
import { uuidOfName } from "./basics/hash.ts"
import type { UserId } from "./ids.ts"

export const DEMO_TRAVELER = uuidOfName("overplanned/demo", "traveler") as UserId

/** How long a demo's token lives. */
export const DEMO_TOKEN_MS = 12 * 3_600_000
