/**
 * Works fallbacks out between other people's turns: a slot at a time, the event loop given back after a millisecond. How many
 * trips are worked on at once is up to whoever asks (`actors/trip/preparing.ts`).
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PIVOT_SETTINGS, type PivotSettings } from "../../domain/pivot/env.ts"
import { fallbackWork } from "../../domain/trip/plan-engine.ts"
import { FallbackPreparer } from "../../services/trip-helpers.ts"
import { inSlices } from "../../support/slices.ts"

/** Longest that one slice holds the event loop. */
const SLICE_MS = 1

export const layer = (settings: PivotSettings = PIVOT_SETTINGS) =>
  Layer.succeed(FallbackPreparer, {
    prepare: Effect.fnUntraced(function* (world) {
      const work = fallbackWork(world, settings)
      yield* inSlices(work.steps, (step) => step(), SLICE_MS)
      return work.result()
    })
  })
