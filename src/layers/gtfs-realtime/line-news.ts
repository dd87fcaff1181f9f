/** `LineNewsSource` over feeds of GTFS-realtime: one message each, fetched whole. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { readFeed } from "../../domain/transit/realtime.ts"
import { LineNewsSource, LineNewsUnavailable } from "../../services/line-news.ts"

export interface LineNewsOptions {
  /** Addresses of feeds, by city. */
  readonly feeds: ReadonlyMap<string, ReadonlyArray<URL>>
  readonly timeout?: Duration.Input
}

const TIMEOUT = "10 seconds"
/** The largest agencies' messages have a few megabytes. */
const MOST_BYTES = 32 * 1024 * 1024

const joined = (pieces: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

export const layer = ({ feeds, timeout = TIMEOUT }: LineNewsOptions) =>
  Layer.effect(
    LineNewsSource,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      /** Keys stand in addresses: of a feed that fails only its host is told. */
      const failed = (url: URL, why: string) =>
        new LineNewsUnavailable({ message: `The feed at ${url.host} could not be read: ${why}` })

      const fetched = Effect.fnUntraced(function* (url: URL) {
        const response = yield* HttpClientResponse.filterStatusOk(yield* client.get(url))
        let length = 0
        const pieces = yield* response.stream.pipe(
          Stream.takeWhile((piece) => {
            length += piece.length
            return length <= MOST_BYTES
          }),
          Stream.runCollect
        )
        if (length > MOST_BYTES) return yield* failed(url, `it has more than ${MOST_BYTES} bytes.`)
        return joined(pieces, length)
      })

      const newsOf = (url: URL) =>
        fetched(url).pipe(
          Effect.timeout(timeout),
          Effect.mapError((error) => (error instanceof LineNewsUnavailable ? error : failed(url, `${error._tag}.`))),
          Effect.flatMap((bytes) =>
            Effect.try({ try: () => readFeed(bytes), catch: () => failed(url, "it is no message of GTFS-realtime.") })
          )
        )

      return LineNewsSource.of({
        cities: [...feeds.keys()],
        of: (city) => Effect.map(Effect.forEach(feeds.get(city) ?? [], newsOf), (news) => news.flat())
      })
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
