/** The functions that change plans, with the model that orders options, counting for how much of it a ranking was held. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import type { PivotSettings } from "../../domain/pivot/env.ts"
import { planEngine } from "../../domain/trip/plan-engine.ts"
import { AcceptanceModels } from "../../services/acceptance-model.ts"
import { TripPlanning } from "../../services/trip-helpers.ts"

const replacements = Metric.counter("replacements_total", {
  description: "Pivots and swaps that a place was looked for, by whether a ranking of their moment was held",
  incremental: true
})
const counter = (surface: "pivot" | "swap", held: boolean) =>
  Metric.withAttributes(replacements, { surface, ranking: held ? "held" : "none" })

const options = Metric.counter("offered_options", {
  description: "Options that bring a place, by city and by whether its hours at that time are confirmed",
  incremental: true
})

export const layer = (settings: PivotSettings, clock: () => number) =>
  Layer.effect(
    TripPlanning,
    Effect.gen(function* () {
      const { current } = yield* AcceptanceModels
      const context = yield* Effect.context<never>()
      const counters = {
        pivot: { held: counter("pivot", true), none: counter("pivot", false) },
        swap: { held: counter("swap", true), none: counter("swap", false) }
      }
      return planEngine(
        settings,
        clock,
        current,
        (surface, held) => counters[surface][held ? "held" : "none"].updateUnsafe(1, context),
        (city, openKnown) =>
          Metric.withAttributes(options, { city, hours: openKnown ? "confirmed" : "unknown" }).updateUnsafe(1, context)
      )
    })
  )
