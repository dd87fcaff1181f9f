/** Where this server stands among those of its database, for `/ready`. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DependencyHealth, Health } from "../../services/health.ts"
import type { NodeRow } from "../../services/leases.ts"
import { Ownership, type Standing } from "../../services/ownership.ts"

const name = "nodes"

export const judge = (standing: Standing, refusal: { readonly message: string } | undefined): DependencyHealth => {
  switch (standing.is) {
    case "owner":
      return standing.awaits.length === 0
        ? { name, status: "up", detail: `this server owns the trips, epoch ${standing.epoch}` }
        : {
            name,
            status: "degraded",
            detail: "pivots are answered from what is stored, which may lack the newest changes; writes are refused",
            fix: refusal?.message ?? ""
          }
    case "apart":
      return { name, status: "up", detail: "this server runs jobs and owns no trips" }
    case "follower":
      return standing.owner === undefined
        ? { name, status: "down", detail: "nobody owns the trips yet" }
        : { name, status: "up", detail: `the trips are owned by "${standing.owner.name}"` }
    case "leaving":
      return { name, status: "up", detail: "this server gives its place to another one" }
    case "superseded":
      return {
        name,
        status: "down",
        detail: "another server took this one's place: it stores what it acknowledged, and ends",
        fix: "Start it again once the other one is gone."
      }
  }
}

const start = "Start one with --role gateway or all; docs/operate/servers.md says how several share the work."

/** How the servers of a database stand, for who asks from outside; nothing where none has ever worked on it. */
export const judgeAll = (nodes: ReadonlyArray<NodeRow>): ReadonlyArray<DependencyHealth> => {
  if (nodes.length === 0) return []
  const awaited = nodes.filter((one) => one.awaited)
  if (awaited.length > 0) {
    const names = awaited.map((one) => `"${one.name}" (directory ${one.directory})`).join(", ")
    const detail = `writes are refused until the journal of ${names} is stored`
    const fix = 'Start that server again, run "drain" on its data directory, or say that it is lost: "nodes --give-up".'
    return [{ name, status: "degraded", detail, fix }]
  }
  const owner = nodes.find((one) => one.owns)
  if (owner?.state === "alive") {
    if (!nodes.some(({ role, state }) => state === "alive" && role !== "gateway")) {
      const detail = `"${owner.name}" owns the trips, epoch ${owner.epoch}, and no server runs jobs: no city is seeded, nothing is purged, no data set is built`
      const fix = "Start one with --role worker, or one that answers travelers with --role all."
      return [{ name, status: "degraded", detail, fix }]
    }
    const others = nodes.filter((one) => one !== owner && one.state === "alive")
    const beside = others.length === 0 ? "" : `, beside ${others.map((one) => `"${one.name}"`).join(", ")}`
    return [{ name, status: "up", detail: `"${owner.name}" owns the trips, epoch ${owner.epoch}${beside}` }]
  }
  const who = owner === undefined ? "nobody owns the trips" : `"${owner.name}" owned the trips, and is ${owner.state}`
  return [{ name, status: "degraded", detail: who, fix: start }]
}

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const { refusal, standing } = yield* Ownership
    yield* health.register(
      name,
      Effect.sync(() => judge(standing(), refusal()))
    )
  })
)
