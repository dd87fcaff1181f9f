/** `PlacesApi` over Google's Places API (New): text search with field masks, because every field asked for is paid for. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { PlacesApi, PlacesUnavailable } from "../../services/places-source.ts"
import { CITY_MASK, cityOf, decodeWirePlace, PLACE_MASK, placeOf, WireAnswer, type WirePlace } from "./wire.ts"

export interface PlacesApiOptions {
  readonly key: Redacted.Redacted | undefined
  readonly baseUrl?: string | undefined
  readonly timeout?: Duration.Input
}

const BASE_URL = "https://places.googleapis.com"
const TIMEOUT = "4 seconds"
/** The most that one page of the API gives. */
const PAGE_SIZE = 20
/** Twenty places with these fields are far below this; a longer answer is not one. */
const MAX_ANSWER_BYTES = 2 * 1024 * 1024

const unavailable = (reason: PlacesUnavailable["reason"], message: string) => new PlacesUnavailable({ reason, message })

const notConfigured = unavailable(
  "not_configured",
  "No key for Google Places is set. Set GOOGLE_PLACES_API_KEY, or seed the city from a file."
)

/** Reads a body as text and gives up on one that does not end. */
const readText = (response: HttpClientResponse.HttpClientResponse) =>
  Number(response.headers["content-length"] ?? 0) > MAX_ANSWER_BYTES
    ? Effect.fail(unavailable("malformed", "Google Places sent an answer of absurd length."))
    : Effect.mapError(response.text, () => unavailable("unavailable", "The answer of Google Places broke off."))

const statusProblem = (status: number) =>
  status === 429
    ? unavailable("refused", "Google Places refuses further calls for now: its quota is used up (429).")
    : status >= 500
      ? unavailable("unavailable", `Google Places is not well (${status}). Try again later.`)
      : unavailable("refused", `Google Places refused the call (${status}). Check the key and what it may do.`)

const parse = Schema.decodeUnknownResult(Schema.fromJsonString(WireAnswer))

export const layer = (options: PlacesApiOptions) =>
  Layer.effect(
    PlacesApi,
    Effect.gen(function* () {
      const client = yield* HttpClient.HttpClient
      const { key, timeout = TIMEOUT } = options
      const url = `${(options.baseUrl ?? BASE_URL).replace(/\/+$/, "")}/v1/places:searchText`

      const call = Effect.fnUntraced(function* (mask: string, body: Record<string, unknown>) {
        if (key === undefined) return yield* notConfigured
        const request = HttpClientRequest.post(url).pipe(
          HttpClientRequest.setHeaders({ "X-Goog-Api-Key": Redacted.value(key), "X-Goog-FieldMask": mask }),
          HttpClientRequest.bodyJsonUnsafe({ pageSize: PAGE_SIZE, ...body })
        )
        const text = yield* client.execute(request).pipe(
          Effect.mapError(() => unavailable("unavailable", "Google Places cannot be reached.")),
          Effect.flatMap((response) =>
            response.status === 200 ? readText(response) : Effect.fail(statusProblem(response.status))
          ),
          Effect.timeoutOrElse({
            duration: timeout,
            orElse: () => Effect.fail(unavailable("timeout", "Google Places took too long to answer."))
          })
        )
        const answer = parse(text)
        if (Result.isFailure(answer))
          return yield* unavailable("malformed", "Google Places sent something else than places.")
        // One malformed place does not spoil the others.
        return (answer.success.places ?? []).flatMap((place): ReadonlyArray<WirePlace> => {
          const decoded = decodeWirePlace(place)
          return Result.isSuccess(decoded) ? [decoded.success] : []
        })
      })

      return PlacesApi.of({
        configured: key !== undefined,
        search: ({ text, bounds }) =>
          call(PLACE_MASK, {
            textQuery: text,
            locationRestriction: {
              rectangle: {
                low: { latitude: bounds.south, longitude: bounds.west },
                high: { latitude: bounds.north, longitude: bounds.east }
              }
            }
          }).pipe(Effect.map((places) => places.flatMap((place) => placeOf(place) ?? []))),
        city: (name) =>
          call(CITY_MASK, { textQuery: name, includedType: "locality", strictTypeFiltering: true, pageSize: 1 }).pipe(
            Effect.map((places) => (places[0] === undefined ? null : cityOf(places[0])))
          )
      })
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
