/** How complete trips are: `degraded` for as long as one of them lacks a change that nobody has looked at. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { TripStorage } from "../../services/trip-storage.ts"

const name = "trips"

export const judge = ({ changes, trips }: { readonly changes: number; readonly trips: number }): DependencyHealth =>
  changes === 0
    ? { name, status: "up", detail: "no change of any trip is missing" }
    : {
        name,
        status: "degraded",
        detail: `${changes} changes of ${trips} trips could not be stored; those trips go on without them, and say so`,
        fix: "Run npm run -s cli -- repair-trip --all: it puts back what can be stored by now, and says what stays lost."
      }

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const health = yield* Health
    const storage = yield* TripStorage
    yield* health.register(
      name,
      storage.lost.pipe(
        Effect.map(judge),
        Effect.catch(({ message }) => Effect.succeed<DependencyHealth>({ name, status: "degraded", detail: message }))
      )
    )
  })
)
