/**
 * Keeps Claude within its budget. The most that a call can cost is reserved before it and corrected after it, so a day
 * ends at or below its budget whatever runs at the same time and on however many nodes. Every call is one row of
 * `llm_ledger`. Where the ledger cannot be reached, no call is made: `reserve` fails closed.
 *
 * Days are UTC. Amounts are whole micro-dollars.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Usage } from "../domain/money.ts"

export class BudgetSpent extends Schema.TaggedError<BudgetSpent>()("BudgetSpent", {
  /** Whose budget: everybody's, or this traveler's. */
  scope: Schema.Literals(["everybody", "traveler"]),
  message: Schema.String
}) {}

export class LedgerUnavailable extends Schema.TaggedError<LedgerUnavailable>()("LedgerUnavailable", {
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

/** The share of a day's budget that work ahead of time may bring the total to. */
export const BACKGROUND_SHARE = 0.5

export interface PlannedCall {
  readonly model: string
  readonly purpose: string
  readonly userId?: string
  readonly tripId?: string
  /** Nobody waits for it: refused once `BACKGROUND_SHARE` of the day's budget is spent, so that travelers come first. */
  readonly background?: boolean
  /** The most that the call can cost. */
  readonly mostMicros: number
}

export interface Reservation {
  readonly id: string
  readonly day: string
  readonly model: string
  readonly userId?: string
  readonly reservedMicros: number
}

export interface Settlement {
  /** What the provider counted. Absent where nobody can know: then the whole reservation counts as spent, and never more. */
  readonly usage?: Usage
  readonly outcome: "ok" | "error" | "timeout" | "refused" | "abandoned"
  readonly latencyMs: number
}

export interface DayCost {
  readonly day: string
  readonly micros: number
  readonly calls: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cached_tokens: number
}

/** What `/admin/costs` shows. */
export interface CostReport {
  readonly today: string
  readonly budget_micros: number
  readonly user_budget_micros: number
  /** Spent or reserved today. */
  readonly spent_micros: number
  readonly usual_micros: number
  /** Today is above twice the average of the seven days before. */
  readonly unusual: boolean
  readonly days: ReadonlyArray<DayCost>
  readonly by_purpose: ReadonlyArray<{
    readonly purpose: string
    readonly model: string
    readonly micros: number
    readonly calls: number
  }>
}

export class CostGuard extends Context.Service<
  CostGuard,
  {
    readonly reserve: (call: PlannedCall) => Effect.Effect<Reservation, BudgetSpent | LedgerUnavailable>
    /** Never fails: what cannot be written now stays reserved, which errs on the side of the budget. */
    readonly settle: (reservation: Reservation, settlement: Settlement) => Effect.Effect<void>
    /** Forgets what travelers have spent of the quotas of days that are over, and totals that no alarm compares with. */
    readonly reset: Effect.Effect<number, LedgerUnavailable>
    /** The last `days` days, today included. */
    readonly report: (days: number) => Effect.Effect<CostReport, LedgerUnavailable>
  }
>()("overplanned/CostGuard") {}
