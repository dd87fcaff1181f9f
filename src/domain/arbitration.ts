/**
 * Who is right when a trained model and an LLM disagree. A table, read from top to bottom; the first row that fits
 * decides, and its name and reason are logged with the decision.
 */
import { cosine } from "./catalog/embedding.ts"
import { COLD_BELOW_SIGNALS } from "./vocabulary.ts"

export interface Opinion {
  /** 0–1: how sure the ranker is of its first pick. */
  readonly confidence: number
}

export interface ArbitrationInput {
  /** Signals that count, of every member. */
  readonly signalCounts: ReadonlyArray<number>
  readonly ml: Opinion
  readonly llm: Opinion
  /** 0–1: how much tourists and locals speak of the LLM's first pick. */
  readonly llmPick: { readonly tourist: number; readonly local: number }
  /** The last accepted places are of one kind. */
  readonly momentum: { readonly holds: boolean; readonly mlContinues: boolean; readonly llmContinues: boolean }
  /** Who answers in place of a trained model; `local` where no LLM can be asked. */
  readonly fallback?: "llm" | "local"
}

export type ArbitrationRule =
  | "cold"
  | "agreement"
  | "popularity_bias"
  | "sequence_momentum"
  | "confident_llm"
  | "trained_by_default"
  | "careful_model"

export interface Arbitration {
  readonly choice: "ml" | "llm" | "local"
  readonly rule: ArbitrationRule
  readonly reason: string
}

const AGREEMENT = 0.15
const TOURIST_FROM = 0.7
const LOCAL_UP_TO = 0.4
const LLM_SURE_FROM = 0.8
const ML_UNSURE_BELOW = 0.5
/** How near the accepted places lie to each other in vibe space, and the next pick to them. */
const MOMENTUM_COSINE = 0.8
const MOMENTUM_LENGTH = 3

/** 0.15 is also what 0.85 − 0.70 gives in floating point, a little above it. */
const EPSILON = 1e-9

const two = (x: number) => x.toFixed(2)

interface Row {
  readonly rule: ArbitrationRule
  readonly choice: (input: ArbitrationInput) => Arbitration["choice"]
  readonly fits: (input: ArbitrationInput) => boolean
  readonly reason: (input: ArbitrationInput) => string
}

const ml = () => "ml" as const

export const ARBITRATION_TABLE: ReadonlyArray<Row> = [
  {
    rule: "cold",
    choice: (input) => input.fallback ?? "llm",
    fits: (input) => input.signalCounts.length === 0 || input.signalCounts.some((count) => count < COLD_BELOW_SIGNALS),
    reason: (input) =>
      `A member has given ${Math.min(...input.signalCounts, COLD_BELOW_SIGNALS - 1)} signals, and a trained model needs ${COLD_BELOW_SIGNALS} of everybody.`
  },
  {
    rule: "agreement",
    choice: ml,
    fits: (input) => Math.abs(input.ml.confidence - input.llm.confidence) <= AGREEMENT + EPSILON,
    reason: (input) => `Both are about as sure: ${two(input.ml.confidence)} and ${two(input.llm.confidence)}.`
  },
  {
    rule: "popularity_bias",
    choice: ml,
    fits: (input) => input.llmPick.tourist >= TOURIST_FROM - EPSILON && input.llmPick.local <= LOCAL_UP_TO + EPSILON,
    reason: (input) =>
      `The LLM picked what tourists speak of (${two(input.llmPick.tourist)}) and locals do not (${two(input.llmPick.local)}).`
  },
  {
    rule: "sequence_momentum",
    choice: ml,
    fits: (input) => input.momentum.holds && input.momentum.mlContinues && !input.momentum.llmContinues,
    reason: () =>
      `The last ${MOMENTUM_LENGTH} accepted places are of one kind; the trained model goes on with it, the LLM does not.`
  },
  {
    rule: "confident_llm",
    choice: () => "llm",
    fits: (input) => input.llm.confidence >= LLM_SURE_FROM - EPSILON && input.ml.confidence < ML_UNSURE_BELOW - EPSILON,
    reason: (input) =>
      `The LLM is sure (${two(input.llm.confidence)}), the trained model is not (${two(input.ml.confidence)}).`
  },
  {
    rule: "trained_by_default",
    choice: ml,
    fits: () => true,
    reason: () => "Nothing speaks against the trained model."
  }
]

export const arbitrate = (input: ArbitrationInput): Arbitration => {
  const row = ARBITRATION_TABLE.find(({ fits }) => fits(input))!
  return { choice: row.choice(input), rule: row.rule, reason: row.reason(input) }
}

/** No rule decides, and neither is sure: what a more careful judge may be asked about. */
export const isEdgeCase = ({ llm, ml }: Pick<ArbitrationInput, "ml" | "llm">, { rule }: Arbitration): boolean =>
  rule === "trained_by_default" && ml.confidence < ML_UNSURE_BELOW - EPSILON && llm.confidence < LLM_SURE_FROM - EPSILON

/** What the careful judge said of two who were not sure. */
export const judged = ({ llm, ml }: Pick<ArbitrationInput, "ml" | "llm">, choice: "ml" | "llm"): Arbitration => ({
  choice,
  rule: "careful_model",
  reason: `Neither was sure (${two(ml.confidence)} and ${two(llm.confidence)}); the careful model, who saw both orders without their names, preferred that of the ${choice === "ml" ? "trained model" : "LLM"}.`
})

/** Whether the last accepted places lie close together, and whether each pick lies close to their middle. */
export const momentumOf = (
  accepted: ReadonlyArray<ArrayLike<number>>,
  mlPick: ArrayLike<number>,
  llmPick: ArrayLike<number>
): ArbitrationInput["momentum"] => {
  const last = accepted.slice(-MOMENTUM_LENGTH)
  const holds =
    last.length === MOMENTUM_LENGTH &&
    last.every((a, i) => last.slice(i + 1).every((b) => cosine(a, b) >= MOMENTUM_COSINE - EPSILON))
  if (!holds) return { holds: false, mlContinues: false, llmContinues: false }
  const middle = Float64Array.from(last[0]!, (_, i) => last.reduce((sum, vector) => sum + (vector[i] ?? 0), 0))
  const continues = (pick: ArrayLike<number>) => cosine(middle, pick) >= MOMENTUM_COSINE - EPSILON
  return { holds, mlContinues: continues(mlPick), llmContinues: continues(llmPick) }
}
