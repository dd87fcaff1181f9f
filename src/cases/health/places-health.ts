/** Whether cities that nobody seeded can be looked up, and how much of today's calls is used. Never `down`: seeded cities do without. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { PlacesSource } from "../../services/places-source.ts"

const name = "places"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const places = yield* PlacesSource
    yield* health.register(
      name,
      places.configured
        ? places.usage.pipe(
            Effect.map(({ calls, limit }): DependencyHealth => {
              const detail = `${calls} of ${limit} calls used today`
              return calls < limit
                ? { name, status: "up", detail }
                : {
                    name,
                    status: "degraded",
                    detail,
                    fix: "Cities that nobody seeded are refused until midnight UTC. Raise GOOGLE_PLACES_DAILY_CALLS, or seed them."
                  }
            }),
            Effect.catch((error) =>
              Effect.succeed<DependencyHealth>({ name, status: "degraded", detail: error.message })
            )
          )
        : Effect.succeed<DependencyHealth>({
            name,
            status: "up",
            detail: "not configured: only seeded cities are planned (GOOGLE_PLACES_API_KEY)"
          })
    )
  })
)
