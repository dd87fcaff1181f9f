/** Looks every now and then at how many of the resident trips are prepared for what may happen to them. */

import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { TripActorState } from "../../domain/trip/actor-state.ts"
import { coverageTally, type FallbackCoverage } from "../../domain/trip/coverage.ts"
import { inRounds } from "../../support/rounds.ts"
import { inSlices } from "../../support/slices.ts"

const gauge = (trigger: string) =>
  Metric.gauge("fallback_coverage", {
    description: "Share of active trips in memory of which every stop ahead has three valid fallbacks",
    attributes: { trigger }
  })

/** Nobody waits for a count: it holds the event loop for this long at a time. */
const SLICE_MILLIS = 1

/** Samples until the scope closes; the returned function tells the newest sample, if there is one yet. */
export const sampleCoverage = Effect.fnUntraced(function* (
  states: () => ReadonlyArray<TripActorState>,
  now: () => number,
  everyMillis: number
) {
  let newest: FallbackCoverage | undefined
  const sample = Effect.gen(function* () {
    const tally = coverageTally(now())
    yield* inSlices(states(), tally.add, SLICE_MILLIS)
    const counted = tally.result()
    for (const { trigger, share } of counted.triggers) yield* Metric.update(gauge(trigger), share)
    newest = counted
  })
  yield* inRounds("Counting fallbacks", sample, everyMillis)
  return () => newest
})
