/** `WalkTables` over an OSRM server's `/table`. What it says is looked at twice: a wrong time would be a missed train. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { plausibleWalk } from "../../domain/itinerary/walks.ts"
import { WalkTables, WalkTablesUnavailable } from "../../services/walk-tables.ts"

export interface OsrmOptions {
  readonly url: string
  readonly timeout?: Duration.Input
}

/** Seeding waits for it, nobody else does. */
const TIMEOUT = "10 seconds"

const Table = Schema.Struct({
  code: Schema.Literal("Ok"),
  durations: Schema.Array(Schema.Array(Schema.Unknown))
})

const digits = (degrees: number): string => degrees.toFixed(6)

export const layer = ({ url, timeout = TIMEOUT }: OsrmOptions) =>
  Layer.effect(
    WalkTables,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const base = url.replace(/\/+$/, "")
      return WalkTables.of({
        available: true,
        walks: (from, to) => {
          const points = [from, ...to].map(({ lat, lon }) => `${digits(lon)},${digits(lat)}`).join(";")
          return client.get(`${base}/table/v1/foot/${points}?sources=0&annotations=duration`).pipe(
            Effect.flatMap(HttpClientResponse.filterStatusOk),
            Effect.flatMap((response) => response.json),
            Effect.flatMap(Schema.decodeUnknownEffect(Table)),
            Effect.timeout(timeout),
            // The first column is the way from the place to itself.
            Effect.map(({ durations: [row = []] }) => to.map((place, at) => plausibleWalk(from, place, row[at + 1]))),
            Effect.mapError(
              (error) => new WalkTablesUnavailable({ message: `The routing engine could not be asked: ${error._tag}.` })
            )
          )
        }
      })
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
