/**
 * Looks after trips off their turns, a few at a time however many changed: first each is told what it leans on, which
 * is quick, then its fallbacks are worked out, which is not. A trip waits in each line once, and is looked after again
 * if it changed while that was under way. Nobody is looked after while a city's event goes out to its trips.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { Machine } from "../../support/machine.ts"
import { sharedSlices } from "../../support/slices.ts"

/** Trips that are told what they lean on at once: most of it is in memory, what is not must not hold up the others. */
const LOOKING = 16

/** Longest that they hold the event loop together. */
const SLICE_MILLIS = 1

/**
 * Trips whose fallbacks are worked out at once: more would only take the event loop from each other, and a thousand trips that
 * change together would add up to one long pause.
 */
const WORKING = 2

interface Line {
  /** Does nothing for who waits already. */
  readonly add: (id: string) => void
  readonly has: (id: string) => boolean
}

/** Works through those who wait, first come first served, so many at once; somebody who comes back meanwhile waits again. */
const line = Effect.fnUntraced(function* (workers: number, work: (id: string) => Effect.Effect<void>) {
  const order = yield* Queue.unbounded<string>()
  const waiting = new Set<string>()
  const running = new Set<string>()
  const again = new Set<string>()
  const add = (id: string) => {
    if (running.has(id)) again.add(id)
    else if (!waiting.has(id)) {
      waiting.add(id)
      Queue.offerUnsafe(order, id)
    }
  }
  const one = Effect.flatMap(Queue.take(order), (id) => {
    waiting.delete(id)
    running.add(id)
    return Effect.ensuring(
      // Whoever stumbles over one trip goes on with the next: there are few of them, and many trips.
      Effect.catchCause(work(id), (cause) => Effect.logWarning("A trip could not be looked after this time.", cause)),
      Effect.sync(() => {
        running.delete(id)
        if (again.delete(id)) add(id)
      })
    )
  })
  for (let n = 0; n < workers; n++) yield* Effect.forkScoped(Effect.forever(one))
  const made: Line = { add, has: (id) => waiting.has(id) || running.has(id) }
  return made
})

export interface PreparingParts {
  /** Waits while an event goes out. */
  readonly quiet: Effect.Effect<void>
  /** Tells the trip what it leans on; false where there is nobody to prepare for. */
  readonly look: (id: string) => Effect.Effect<boolean>
  /** Works its fallbacks out; what comes of it is handed over when the trip counts as done. */
  readonly work: (id: string) => Effect.Effect<Effect.Effect<void>>
  /** Changes come in bursts: fallbacks are worked out once the plan has been still for this long. */
  readonly settleMillis: number
}

export interface Preparing {
  readonly add: (id: string) => void
  /** Whether it is on its way already. */
  readonly has: (id: string) => boolean
}

export const makePreparing = Effect.fnUntraced(function* (parts: PreparingParts) {
  const { quiet, look, work, settleMillis } = parts
  const { elapsed } = yield* Machine
  const stillAt = new Map<string, number>()
  const handingOver = new Set<string>()
  const settled = (id: string) =>
    Effect.suspend(() => {
      const wait = (stillAt.get(id) ?? 0) - elapsed()
      return wait > 0 ? Effect.sleep(wait) : Effect.void
    })
  const works = yield* line(
    WORKING,
    Effect.fnUntraced(function* (id) {
      yield* settled(id)
      yield* quiet
      stillAt.delete(id)
      const handOver = yield* work(id)
      handingOver.add(id)
      yield* Effect.ensuring(
        handOver,
        Effect.sync(() => handingOver.delete(id))
      )
    })
  )
  const breath = sharedSlices(SLICE_MILLIS)
  const looks = yield* line(
    LOOKING,
    Effect.fnUntraced(function* (id) {
      yield* quiet
      yield* breath
      if (!(yield* look(id))) return
      stillAt.set(id, elapsed() + settleMillis)
      works.add(id)
    })
  )
  const made: Preparing = {
    add: looks.add,
    has: (id) => looks.has(id) || (works.has(id) && !handingOver.has(id))
  }
  return made
})
