/** Where this server stands among those of its database, for `/ready`. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DependencyHealth, Health } from "../../services/health.ts"
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
