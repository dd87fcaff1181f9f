/**
 * Ranks by a model that hears the members of a party one by one (u_sasrec): their tastes, and what the dimensions of their personas
 * add. The tastes that the night worked out with the same model of sequences are taken, others are worked out of what is at hand.
 */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { partyOf } from "../../domain/features.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { byScore, headConfidence, scoreLocally } from "../../domain/rankers/local.ts"
import {
  decodeMembers,
  type MembersFile,
  type MembersScorer,
  membersScorer,
  type Needs
} from "../../domain/rankers/members-model.ts"
import { sequenceScorer } from "../../domain/rankers/sequence-model.ts"
import type { Taste } from "../../domain/rankers/tastes.ts"
import type { ModelRef, Ranking, RankRequest } from "../../domain/ranking.ts"
import { gated, type Ranker } from "../../services/ranker.ts"
import { breathe } from "../../support/slices.ts"
import { type KnownTaste, nightlyTasteLoader, tastesOf } from "./taste-ranker.ts"

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** What is known of a member with this taste, remembered as long as their persona stays what it is. */
export const needsBy = (scorer: MembersScorer) => {
  const known = new WeakMap<Persona, { readonly taste: Taste; readonly needs: Needs }>()
  return (member: Persona, taste: Taste): Needs => {
    const before = known.get(member)
    if (before?.taste === taste) return before.needs
    const needs = scorer.needsOf(taste, member.vector)
    known.set(member, { taste, needs })
    return needs
  }
}

export const membersRanker = (
  model: ModelRef,
  file: MembersFile,
  tasteKnown: (userId: string) => KnownTaste | undefined,
  cityOf: (slug: string) => CityCatalog | undefined
): Ranker => {
  const sequence = sequenceScorer(file.sequence)
  const scorer = membersScorer(file.model, sequence.rowOf)
  const tasteOf = tastesOf(sequence, tasteKnown)
  const needsOf = needsBy(scorer)
  const rank = Effect.fnUntraced(function* (request: RankRequest) {
    const started = performance.now()
    const party = partyOf(request)
    const city = cityOf(request.context.city)
    const needs: Array<Needs> = []
    for (const member of request.members) {
      needs.push(needsOf(member, tasteOf(member, city)))
      yield* breathe
    }
    const items = request.candidates
      .map((candidate) => {
        const { id, vibe_embedding: vibe } = candidate.node
        const score = sigmoid(scorer.worth(needs, { id, vibe }) ?? 0)
        // The reasons are those of the tastes that both share: a model of this kind gives none of its own.
        return { ...scoreLocally(candidate, party, request.context), score, confidence: score }
      })
      .sort(byScore)
    return { model, items, confidence: headConfidence(items), latencyMs: performance.now() - started } satisfies Ranking
  })
  return gated({ kind: "ml", model, rank })
}

export const membersLoader = nightlyTasteLoader(decodeMembers, membersRanker)
