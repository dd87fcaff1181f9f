/**
 * Pages and answers of other people's servers, fetched as they ask for it: only from hosts that are configured, never from behind our
 * own walls, no faster than they allow, within bounds of size and time. What cannot be had is a sentence, never a crash.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class WebRefused extends Schema.TaggedError<WebRefused>()("WebRefused", {
  reason: Schema.Literals(["host", "robots", "rate", "status", "size", "time", "redirects", "unreachable"]),
  /** The status of the answer, where there was one. */
  status: Schema.optionalKey(Schema.Int),
  message: Schema.String
}) {}

export interface WebRequest {
  readonly url: string
  readonly method?: "GET" | "POST"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Requests a minute that this host is asked at most. */
  readonly perMinute: number
  /** An interface for programs, under terms of its own: robots.txt does not speak of it. */
  readonly isApi?: boolean
  /** What was learnt of it the last time: answered with `notModified` where nothing changed. */
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
  /** A file that a 2xx answer is written to as it comes, byte by byte; `text` is empty then. What lies in it after a failure counts for nothing. */
  readonly into?: string
}

export interface WebAnswer {
  readonly status: number
  readonly text: string
  readonly notModified: boolean
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

export class PoliteWeb extends Context.Service<
  PoliteWeb,
  {
    readonly fetch: (request: WebRequest) => Effect.Effect<WebAnswer, WebRefused>
  }
>()("overplanned/PoliteWeb") {}
