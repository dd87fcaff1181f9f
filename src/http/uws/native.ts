import type * as Uws from "uWebSockets.js"
import * as Effect from "effect/Effect"
import { NativeServerMissing } from "./errors.ts"

let loading: Promise<typeof Uws> | undefined

/**
 * The native server answers a head that is too large in HTML, before anybody here hears of it. It is told a larger bound, so
 * that what is only somewhat too large is refused by us, in words.
 */
const NATIVE_HEAD_FACTOR = 4

/**
 * Loads the native server once per process. The bound on a request's head is read from the environment while the binary
 * initialises, so the first caller decides it and it has to be set before the import.
 */
export const loadNative = (maxHeaderSize: number): Effect.Effect<typeof Uws, NativeServerMissing> =>
  Effect.tryPromise({
    try: () => {
      process.env["UWS_HTTP_MAX_HEADERS_SIZE"] ??= String(maxHeaderSize * NATIVE_HEAD_FACTOR)
      loading ??= import("uWebSockets.js")
      return loading
    },
    catch: (cause) =>
      new NativeServerMissing({
        cause: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause),
        node: process.version
      })
  })
