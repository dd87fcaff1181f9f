/** The city that simulated trips are in, with plans that are made once: what a seed tries is not how plans are found. */
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { generateCity } from "../support/generated-city.ts"
import { tripIn } from "../support/trips.ts"
import type { PgServer } from "./postgres/server.ts"

export const CITY = generateCity(7, { nodes: 36, unknown: 0.7 })

/** A city that memory knows by name and the database does not know at all. */
export const NOWHERE = uuidOfName("a city that no database knows")

/** Places that the database does not know: a change that puts one of them into a plan is refused there. */
export const GHOSTS: ReadonlySet<string> = new Set([5, 11, 17, 29].map((index) => CITY.nodes[index]!.id))

const START = "2027-06-01"
const DAYS = 2

const plans = new Map<number, TripState>()

const KINDS = 6

/** One of a few plans, without places that no database knows. */
export const planned = (kind: number): TripState => {
  const n = kind % KINDS
  let plan = plans.get(n)
  if (plan === undefined) {
    const made = tripIn(CITY, 100 + n, DAYS, {}, START)
    plan = { ...made, slots: made.slots.filter(({ node_id }) => !GHOSTS.has(node_id)) }
    plans.set(n, plan)
  }
  return plan
}

/** What a database knows before anything happens. */
export const furnish = (server: PgServer): void => {
  server.change("cities", undefined, {
    id: CITY.city.id,
    slug: CITY.city.slug,
    time_zone: CITY.city.time_zone
  })
  for (const { category, city_id, id, price_tier, vibe_embedding } of CITY.nodes) {
    if (!GHOSTS.has(id))
      server.change("activity_nodes", undefined, { id, city_id, category, price_tier, vibe_embedding })
  }
  server.change("shard_leases", undefined, { shard: 0 })
  server.store.commit()
  server.executed.length = 0
}
