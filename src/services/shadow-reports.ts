/** How models in the shadow would have done: what they said beside what was served, on decisions that people answered. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Interval } from "../domain/learning/promotion.ts"
import type { RegisteredModel } from "./model-registry.ts"

export interface ShadowSegment {
  /** As `city=tokyo`. */
  readonly name: string
  readonly decisions: number
  readonly shadow: Interval
  readonly served: Interval
  readonly difference: Interval
}

export interface Latency {
  readonly p50_ms: number
  readonly p95_ms: number
}

export interface ShadowReport {
  readonly model: string
  readonly version: string
  readonly stage: string
  /** Days on which it ran beside at least one decision, and the first and the last of them. */
  readonly days: number
  readonly from: string | null
  readonly to: string | null
  readonly decisions: number
  /** Of these the ones that people answered by taking something: only they say who was right. */
  readonly judged: number
  /** Who served, by how many of its decisions. */
  readonly served_by: Readonly<Record<string, number>>
  /** How alike the orders are: the same first place, and the share of the first five that both name. */
  readonly agreement: { readonly same_first: number; readonly shared_of_five: number }
  /** On the same decisions; null where nothing was judged yet. */
  readonly paired: {
    readonly hr5: { readonly shadow: Interval; readonly served: Interval; readonly difference: Interval }
    readonly ndcg10: { readonly shadow: Interval; readonly served: Interval; readonly difference: Interval }
  } | null
  readonly segments: ReadonlyArray<ShadowSegment>
  readonly latency: { readonly shadow: Latency; readonly served: Latency }
}

export class ShadowUnavailable extends Schema.TaggedError<ShadowUnavailable>()("ShadowUnavailable", {
  message: Schema.String
}) {}

export class ShadowReports extends Context.Service<
  ShadowReports,
  {
    /** Of everything that is in the shadow now, over its newest decisions. */
    readonly report: Effect.Effect<ReadonlyArray<ShadowReport>, ShadowUnavailable>
    /** Of one version, also of one that was in the shadow before. */
    readonly of: (
      model: Pick<RegisteredModel, "model_name" | "model_version" | "stage">
    ) => Effect.Effect<ShadowReport, ShadowUnavailable>
  }
>()("overplanned/ShadowReports") {}
