/**
 * Claude for what can wait a day: many questions of one kind at once, at half the price, answered within 24 hours. Who asks keeps
 * the batch's id and comes back for it. Data is fenced from the instructions as in `Llm`, and no question carries anybody's id.
 * The cost is reserved and settled by who asks, because the answer may come to another process.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { Usage } from "../domain/money.ts"
import type { LlmUnavailable } from "./llm.ts"

export interface BatchQuestion {
  /** At most 64 letters, digits, `-` and `_`; its answer comes under it. */
  readonly id: string
  /** Fenced, never obeyed. */
  readonly data: string
  readonly maxOutputTokens: number
}

export interface QuestionBatch {
  /** What to do with each; ours alone. */
  readonly instructions: string
  /** The shape of each answer. The text is not decoded: each is judged by itself. */
  readonly answer: Schema.Top
  readonly questions: ReadonlyArray<BatchQuestion>
}

/** `again`: the provider failed or ran out of time, so that asking once more may help. */
export type BatchAnswer =
  | { readonly id: string; readonly kind: "said"; readonly text: string; readonly usage: Usage }
  | { readonly id: string; readonly kind: "unusable"; readonly usage: Usage }
  | { readonly id: string; readonly kind: "again" }

export interface SentBatch {
  readonly providerId: string
  /** Unix milliseconds. */
  readonly createdAt: number
  readonly ended: boolean
}

export class LlmBatches extends Context.Service<
  LlmBatches,
  {
    readonly configured: boolean
    /** Who answers, as it is called. */
    readonly model: string
    /** The same, as the ledger names it: at the price of batches. */
    readonly ledgerModel: string
    /** The most that a batch can cost. */
    readonly mostMicros: (batch: QuestionBatch) => Effect.Effect<number>
    readonly send: (batch: QuestionBatch) => Effect.Effect<string, LlmUnavailable>
    /** How a batch stands; `undefined` where the provider does not know it any more. */
    readonly look: (providerId: string) => Effect.Effect<SentBatch | undefined, LlmUnavailable>
    /** The newest batches of this account, whoever sent them. */
    readonly newest: Effect.Effect<ReadonlyArray<SentBatch>, LlmUnavailable>
    /** The answers of a batch that has ended. */
    readonly answers: (providerId: string) => Effect.Effect<ReadonlyArray<BatchAnswer>, LlmUnavailable>
  }
>()("overplanned/LlmBatches") {}
