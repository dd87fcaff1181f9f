/** Long walks in short steps: a storm over ten thousand trips must not hold up anybody else's pivot. */
import * as Effect from "effect/Effect"

/** Longest that a walk through many actors holds the event loop at a time. */
const SLICE_MILLIS = 4

/** Gives the event loop back once. */
export const breathe = Effect.callback<void>((resume) => void setImmediate(() => resume(Effect.void)))

/** For many fibers that share the event loop: gives it back when they have held it for so long together. */
export const sharedSlices = (sliceMillis: number = SLICE_MILLIS): Effect.Effect<void> => {
  let until = 0
  const next = Effect.map(breathe, () => {
    until = performance.now() + sliceMillis
  })
  return Effect.suspend(() => (performance.now() < until ? Effect.void : next))
}

/** Visits every item, and gives the event loop back whenever a slice is used up. */
export const inSlices = Effect.fnUntraced(function* <A>(
  items: Iterable<A>,
  visit: (item: A) => void,
  sliceMillis: number = SLICE_MILLIS
) {
  let until = performance.now() + sliceMillis
  for (const item of items) {
    visit(item)
    if (performance.now() < until) continue
    yield* breathe
    until = performance.now() + sliceMillis
  }
})
