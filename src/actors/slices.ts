/** Long walks in short steps: a storm over ten thousand trips must not hold up anybody else's pivot. */
import * as Effect from "effect/Effect"

/** Longest that a walk holds the event loop at a time. */
const SLICE_MILLIS = 4

const breathe = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

export const inSlices = Effect.fnUntraced(function* <A>(items: Iterable<A>, visit: (item: A) => void) {
  let until = performance.now() + SLICE_MILLIS
  for (const item of items) {
    visit(item)
    if (performance.now() < until) continue
    yield* breathe
    until = performance.now() + SLICE_MILLIS
  }
})
