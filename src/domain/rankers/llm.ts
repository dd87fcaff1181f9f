/**
 * What an LLM is told of a ranking question, and what becomes of its answer. Candidates go by their number in the list,
 * never by an id; travelers by their tastes, never by who they are. An answer is taken only as far as it makes sense.
 */
import * as Schema from "effect/Schema"
import { explain } from "../catalog/embedding.ts"
import { evidenceForModel, warningForModel } from "../catalog/sayings.ts"
import { vibeQuery } from "../persona/encode.ts"
import { personaText } from "../persona/onboarding.ts"
import type { Candidate, RankRequest, Scored } from "../ranking.ts"

/** How many places the LLM orders: enough for the longest trip; the rest keeps the local ranker's order behind them. */
export const ASKED = 60
/** Numbers and confidences of that many places, and some air. */
export const RANKING_TOKENS = 1_600

export const RANKING_INSTRUCTIONS = `You are a local who knows a city well. Order places for the travelers described, best first.
Judge by their tastes, the situation, and the evidence: what locals say counts far more than what tourists say; avoid famous places that locals call overrated unless the travelers clearly want them.
Keep the order varied: no long runs of one category.
Each candidate is one line: number|name|category|price 0-4|neighbourhood|vibes|local evidence|tourist evidence|remarks. Evidence is a score by kind, with how many were counted; an editor is one opinion.
Answer with the best ${ASKED} (all, where there are fewer) as objects of the candidate's number and your confidence from 0 to 1 that it fits, and your confidence in the ranking as a whole. Use each number at most once, and only numbers from the list.`

const confidence = Schema.Finite

export const LlmRankingAnswer = Schema.Struct({
  ranking: Schema.Array(Schema.Struct({ n: Schema.Finite, confidence })),
  confidence
})
export type LlmRankingAnswer = typeof LlmRankingAnswer.Type

const line = (text: string) => text.replace(/[|\r\n]+/g, " ").trim()

const candidateLine = ({ node }: Candidate, i: number): string => {
  const remarks = [
    node.overrated_flag === true
      ? node.quality_signals.flagged_by === "editor"
        ? "overrated, says our editor"
        : "overrated"
      : "",
    warningForModel(node),
    node.booking_needed ? "needs booking" : ""
  ].filter((remark) => remark !== "")
  return [
    i + 1,
    line(node.name),
    node.category,
    node.price_tier,
    line(node.neighbourhood),
    node.vibe_tags.slice(0, 5).join(" "),
    evidenceForModel(node, "local"),
    evidenceForModel(node, "tourist"),
    remarks.join(", ")
  ].join("|")
}

export const rankingData = (request: Pick<RankRequest, "members" | "candidates" | "context">): string => {
  const { context } = request
  const travelers = request.members.map((member, i) => {
    const tastes = explain(vibeQuery(member.vector), 8, 0.2).map(({ tag }) => tag)
    return `traveler ${i + 1}: ${personaText(member.dimensions, tastes)}`
  })
  const situation = [
    `city: ${line(context.city)}`,
    `party of ${Math.max(context.groupSize, request.members.length)}`,
    context.constraints?.budget === undefined ? "" : `budget wanted: ${context.constraints.budget}`,
    context.constraints?.pace === undefined ? "" : `pace wanted: ${context.constraints.pace}`,
    context.dayPart === undefined ? "" : `part of the day: ${context.dayPart}`,
    context.dayOfTrip === undefined ? "" : `day ${context.dayOfTrip} of the trip`,
    context.weather === undefined ? "" : `weather: ${context.weather}`,
    context.constraints?.avoid === undefined || context.constraints.avoid.length === 0
      ? ""
      : `avoid: ${context.constraints.avoid.map(line).join(", ")}`
  ].filter((part) => part !== "")
  return [...travelers, situation.join("; "), "candidates:", ...request.candidates.map(candidateLine)].join("\n")
}

/** An LLM's order as it is kept and shared: by place, because another traveler's candidates have other numbers. */
export const KeptRanking = Schema.Struct({
  confidence,
  items: Schema.Array(Schema.Struct({ node_id: Schema.String, confidence }))
})
export type KeptRanking = typeof KeptRanking.Type

const clamp01 = (x: number) => Math.min(1, Math.max(0, x))

/** An answer is refused when less than this share of what was asked for makes sense. */
const LEAST_SENSE = 0.5

/**
 * The part of an answer that makes sense: numbers that exist, each once, confidences within 0–1. `undefined` where too
 * little is left to call it a ranking.
 */
export const repair = (answer: LlmRankingAnswer, candidates: ReadonlyArray<Candidate>): KeptRanking | undefined => {
  const seen = new Set<number>()
  const items: Array<KeptRanking["items"][number]> = []
  for (const { n, confidence } of answer.ranking) {
    const candidate = Number.isInteger(n) ? candidates[n - 1] : undefined
    if (candidate === undefined || seen.has(n) || items.length >= ASKED) continue
    seen.add(n)
    items.push({ node_id: candidate.node.id, confidence: clamp01(confidence) })
  }
  const asked = Math.min(ASKED, candidates.length)
  return items.length === 0 || items.length < LEAST_SENSE * asked
    ? undefined
    : { confidence: clamp01(answer.confidence), items }
}

/** A kept order says nothing useful to a traveler whose candidates hardly occur in it. */
const LEAST_OVERLAP = 0.25

/**
 * Every candidate exactly once: first those that the LLM ordered, in its order, then the others in the local ranker's.
 * `undefined` where the kept order and the candidates have too little in common.
 */
export const applyOrder = (
  kept: KeptRanking,
  candidates: ReadonlyArray<Candidate>,
  local: ReadonlyArray<Scored>
): ReadonlyArray<Scored> | undefined => {
  const byIndex = new Map(local.map((item) => [item.index, item]))
  const byNode = new Map(candidates.map((candidate) => [candidate.node.id as string, candidate.index]))
  const head: Array<Scored> = []
  for (const { node_id, confidence } of kept.items) {
    const index = byNode.get(node_id)
    const item = index === undefined ? undefined : byIndex.get(index)
    if (item === undefined) continue
    byIndex.delete(item.index)
    head.push({ ...item, confidence })
  }
  if (head.length < LEAST_OVERLAP * Math.min(kept.items.length, candidates.length)) return undefined
  const best = local[0]?.score ?? 0
  const tail = [...byIndex.values()]
  return [
    ...head.map((item, i) => ({ ...item, score: 1 - (0.5 * i) / head.length })),
    // Behind all that was ordered, on the same scale, less sure.
    ...tail.map((item) => ({
      ...item,
      score: best === 0 ? 0 : (0.45 * item.score) / best,
      confidence: 0.5 * item.confidence
    }))
  ]
}
