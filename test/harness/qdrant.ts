/** A real Qdrant for tests, where there is one. One server serves the whole run: use collections of your own. */
import { ask } from "./ask.ts"
import type { Found } from "./protocol.ts"

/** What Qdrant this run uses, or why there is none. */
export const findQdrant = (): Promise<Found> => ask("find", { service: "qdrant" })
