/**
 * What the careful judge is told of two orders of the same places. It is not told whose they are, and which of them comes first
 * differs from question to question, so that neither a name nor a place in the text decides.
 */
import * as Schema from "effect/Schema"
import { hash128 } from "../basics/hash.ts"
import type { Candidate, Ranking, RankRequest } from "../ranking.ts"
import { rankingData } from "./llm.ts"

/** The places of an order that are compared: what a traveler may come to see. */
const COMPARED = 12
/** One word, and some air. */
export const VERDICT_TOKENS = 60

export const VERDICT_INSTRUCTIONS = `You are a local who knows a city well. Two people each put the same places in an order for the travelers described, best first; the places that either put first are listed as order A and order B, by their numbers in the list of candidates.
Say which order suits these travelers better. Judge by their tastes, the situation, and the evidence: what locals say counts far more than what tourists say. Do not reward fame.
Candidates are lines of number|name|category|price 0-4|neighbourhood|vibes|local evidence|tourist evidence|remarks.`

export const VerdictAnswer = Schema.Struct({ better: Schema.Literals(["A", "B"]) })

const firstOf = ({ items }: Ranking) => items.slice(0, COMPARED).map(({ index }) => index)

/** The places that are compared, numbered anew, and both orders of them. */
export interface VerdictQuestion {
  readonly data: string
  /** Whose order is called A. */
  readonly first: "ml" | "llm"
}

export const verdictQuestion = (
  request: Pick<RankRequest, "members" | "candidates" | "context">,
  orders: { readonly ml: Ranking; readonly llm: Ranking }
): VerdictQuestion => {
  const [ml, llm] = [firstOf(orders.ml), firstOf(orders.llm)]
  const compared = new Set([...ml, ...llm])
  // In the order of the candidates, which is neither's.
  const candidates: ReadonlyArray<Candidate> = request.candidates.filter(({ index }) => compared.has(index))
  const numberOf = new Map(candidates.map(({ index }, i) => [index, i + 1]))
  const numbers = (order: ReadonlyArray<number>) => order.flatMap((index) => numberOf.get(index) ?? []).join(" ")
  const ids = candidates.map(({ node }) => node.id).join()
  const first = Number.parseInt(hash128(`verdict ${ids}`).slice(0, 2), 16) % 2 === 0 ? "ml" : "llm"
  const [a, b] = first === "ml" ? [ml, llm] : [llm, ml]
  return {
    data: [rankingData({ ...request, candidates }), `order A: ${numbers(a)}`, `order B: ${numbers(b)}`].join("\n"),
    first
  }
}

export const preferred = ({ first }: Pick<VerdictQuestion, "first">, better: "A" | "B"): "ml" | "llm" =>
  (better === "A") === (first === "ml") ? "ml" : "llm"
