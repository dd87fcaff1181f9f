/** `TravelTime` over an OSRM server. Slow or down, it is replaced by the estimate for that question. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { DOOR_MINUTES, estimateTravel } from "../../domain/basics/geo.ts"
import { TravelTime } from "../../services/travel-time.ts"

export interface OsrmOptions {
  readonly url: string
  readonly timeout?: Duration.Input
}

/** A planner asks for dozens of legs: better an estimate now than the truth too late. */
const TIMEOUT = "400 millis"

const Route = Schema.Struct({
  code: Schema.Literal("Ok"),
  routes: Schema.NonEmptyArray(Schema.Struct({ duration: Schema.Finite, distance: Schema.Finite }))
})

export const layer = ({ url, timeout = TIMEOUT }: OsrmOptions) =>
  Layer.effect(
    TravelTime,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const base = url.replace(/\/+$/, "")
      return TravelTime.of({
        name: "osrm",
        between: (model, from, to) => {
          const estimate = estimateTravel(model, from, to)
          // OSRM knows streets and no timetables: it answers for walks, transit stays an estimate.
          if (estimate.mode === "transit") return Effect.succeed({ ...estimate, source: "estimate" as const })
          const path = `${base}/route/v1/foot/${from.lon},${from.lat};${to.lon},${to.lat}?overview=false`
          return client.get(path).pipe(
            Effect.flatMap((response) => response.json),
            Effect.flatMap(Schema.decodeUnknownEffect(Route)),
            Effect.timeout(timeout),
            Effect.map(({ routes: [route] }) => ({
              minutes: Math.ceil(route.duration / 60 + DOOR_MINUTES),
              mode: "walk" as const,
              km: route.distance / 1000,
              source: "osrm" as const
            })),
            Effect.catchCause(() => Effect.succeed({ ...estimate, source: "estimate" as const }))
          )
        }
      })
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
