/** How far the start has come, for whoever asks before the server takes requests. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export class Startup extends Context.Service<
  Startup,
  {
    /** What is being done or waited for, as a sentence; undefined from the moment on that requests are taken. */
    readonly stage: () => string | undefined
    readonly say: (sentence: string) => Effect.Effect<void>
    readonly done: Effect.Effect<void>
  }
>()("overplanned/Startup") {}
