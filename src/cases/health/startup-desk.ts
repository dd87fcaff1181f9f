/** Keeps what the start is at. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Startup } from "../../services/startup.ts"

export const layer = Layer.sync(Startup, () => {
  let stage: string | undefined = "It has just begun."
  return Startup.of({
    stage: () => stage,
    say: (sentence) =>
      Effect.sync(() => {
        stage = sentence
      }),
    done: Effect.sync(() => {
      stage = undefined
    })
  })
})
