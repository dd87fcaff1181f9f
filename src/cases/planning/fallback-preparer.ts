/**
 * Works fallbacks out between other people's turns: a slot at a time, the event loop given back after a millisecond,
 * and only a few trips at once, so that a thousand trips that change together do not add up to one long pause.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { PIVOT_SETTINGS, type PivotSettings } from "../../domain/pivot/env.ts"
import { fallbackWork } from "../../domain/trip/plan-engine.ts"
import { FallbackPreparer } from "../../services/trip-helpers.ts"
import { inSlices } from "../../support/slices.ts"

/** Longest that one slice holds the event loop. */
const SLICE_MS = 1

/** Trips that are worked on at once; the rest wait their turn. */
const AT_ONCE = 2

export const layer = (settings: PivotSettings = PIVOT_SETTINGS) =>
  Layer.effect(
    FallbackPreparer,
    Effect.gen(function* () {
      const turn = yield* Semaphore.make(AT_ONCE)
      return FallbackPreparer.of({
        prepare: (world) =>
          turn.withPermits(1)(
            Effect.gen(function* () {
              const work = fallbackWork(world, settings)
              yield* inSlices(work.steps, (step) => step(), SLICE_MS)
              return work.result()
            })
          )
      })
    })
  )
