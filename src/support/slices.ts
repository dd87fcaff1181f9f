/** Long walks in short steps: a storm over ten thousand trips must not hold up anybody else's pivot. */
import * as Effect from "effect/Effect"
import { Machine, type MachineShape } from "./machine.ts"

/** Longest that a walk through many actors holds the event loop at a time. */
const SLICE_MILLIS = 4

const breathOf = ({ soon }: MachineShape) => Effect.callback<void>((resume) => soon(() => resume(Effect.void)))

/** Gives the event loop back once. */
export const breathe = Effect.flatMap(Machine, breathOf)

/** For many fibers that share the event loop: gives it back when they have held it for so long together. */
export const sharedSlices = (sliceMillis: number = SLICE_MILLIS): Effect.Effect<void> => {
  let until = 0
  return Effect.flatMap(Machine, (machine) =>
    machine.elapsed() < until
      ? Effect.void
      : Effect.map(breathOf(machine), () => {
          until = machine.elapsed() + sliceMillis
        })
  )
}

/** Visits every item, and gives the event loop back whenever a slice is used up. */
export const inSlices = Effect.fnUntraced(function* <A>(
  items: Iterable<A>,
  visit: (item: A) => void,
  sliceMillis: number = SLICE_MILLIS
) {
  const machine = yield* Machine
  let until = machine.elapsed() + sliceMillis
  for (const item of items) {
    visit(item)
    if (machine.elapsed() < until) continue
    yield* breathOf(machine)
    until = machine.elapsed() + sliceMillis
  }
})
