/** Whether a server that follows can reach the one that owns, for `/ready`: a mistyped address shows before a traveler meets it. */
import { get } from "node:http"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../../config.ts"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { Ownership } from "../../services/ownership.ts"

const name = "owner"

/** Shorter than a probe may take, so that the sentence below is what is told. */
const ANSWER_MS = 800

const answers = (address: string) =>
  Effect.callback<boolean>((resume) => {
    const request = get(`http://${address}/health`, { timeout: ANSWER_MS, agent: false }, (answer) => {
      answer.resume()
      resume(Effect.succeed(true))
    })
    request.on("timeout", () => request.destroy(new Error("silent")))
    request.on("error", () => resume(Effect.succeed(false)))
    return Effect.sync(() => request.destroy())
  })

/** Not down: whoever spreads requests over servers would take all of them away while one takes over from another. */
const unreached = (who: string, address: string): DependencyHealth => ({
  name,
  status: "degraded",
  detail: `"${who}" owns the trips and cannot be reached at ${address}: what is asked here of trips waits, and is then refused`,
  fix: `Set NODE_ADDRESS of "${who}" to the host and port where the other servers reach it, and let them through.`
})

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { NODE_ADDRESS } = yield* Config
    if (NODE_ADDRESS === undefined) return
    const health = yield* Health
    const ownership = yield* Ownership
    yield* health.register(
      name,
      Effect.suspend(() => {
        const standing = ownership.standing()
        const owner = standing.is === "follower" ? standing.owner : undefined
        const address = owner?.address
        if (owner === undefined || address === undefined || address === null) {
          return Effect.succeed<DependencyHealth>({ name, status: "up", detail: "nobody else is asked" })
        }
        return Effect.map(
          answers(address),
          (reached): DependencyHealth =>
            reached
              ? { name, status: "up", detail: `"${owner.name}" answers at ${address}` }
              : unreached(owner.name, address)
        )
      })
    )
  })
)
