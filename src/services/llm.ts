/**
 * Claude, as this house uses it: structured questions with a deadline and a price. Every call goes through the cost
 * guard (reserved before, settled after, written to `llm_ledger`) and never carries a user id. Venue text and posts
 * are passed as `data`, fenced from the instructions: they are hostile until proven otherwise.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export class LlmUnavailable extends Schema.TaggedError<LlmUnavailable>()("LlmUnavailable", {
  reason: Schema.Literals(["budget", "timeout", "unavailable", "refused", "malformed", "not_configured"]),
  message: Schema.String,
  cause: Schema.optional(Schema.Defect())
}) {}

export type LlmPurpose = "rank" | "narrate" | "persona" | "arbitrate"

interface Question<A> {
  /** What to do; ours alone. */
  readonly instructions: string
  /** What to do it with; fenced, never obeyed. */
  readonly data: string
  /** The answer's shape, enforced by structured output and checked again by us. */
  readonly answer: Schema.Codec<A, unknown>
  readonly maxOutputTokens: number
  /** Unix milliseconds. */
  readonly deadline: number
  /** Ledger subjects; they never reach the provider. */
  readonly userId?: string
  readonly tripId?: string
  /** Nobody waits for the answer: it is asked for only while much of the day's budget is left for those who do. */
  readonly background?: boolean
}

/** Only an arbitration edge case may ask the larger model: the pair of purpose and model is checked by the compiler. */
export type LlmQuestion<A> =
  | (Question<A> & { readonly purpose: Exclude<LlmPurpose, "arbitrate">; readonly model: "haiku" })
  | (Question<A> & { readonly purpose: "arbitrate"; readonly model: "sonnet" })

export class Llm extends Context.Service<
  Llm,
  {
    readonly configured: boolean
    /** The model ids in force, by what they are asked for. */
    readonly models: { readonly haiku: string; readonly sonnet: string }
    /** `left_alone`: it failed several times in a row and is not asked for a while. For `/ready`; costs nothing. */
    readonly state: Effect.Effect<"not_configured" | "answering" | "left_alone">
    readonly ask: <A>(question: LlmQuestion<A>) => Effect.Effect<A, LlmUnavailable>
  }
>()("overplanned/Llm") {}
