/**
 * Ranks by a model of feature interactions: what describes each candidate, what a model of sequences expects the party to like,
 * and the embeddings of both. Everything it needs is in its file; tastes that the night worked out with the same model of
 * sequences are taken, others are worked out of what is at hand.
 */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import type { ActivityNode } from "../../domain/catalog/node.ts"
import { partyOf } from "../../domain/features.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import {
  decodeInteractions,
  describe,
  type InteractionsFile,
  interactionsParts
} from "../../domain/rankers/interactions.ts"
import { byScore, headConfidence, scoreLocally } from "../../domain/rankers/local.ts"
import { membersScorer } from "../../domain/rankers/members-model.ts"
import { sequenceScorer } from "../../domain/rankers/sequence-model.ts"
import type { Place, Taste } from "../../domain/rankers/tastes.ts"
import type { ModelRef, Ranking, RankRequest, Scored } from "../../domain/ranking.ts"
import { VIBE_DIMENSIONS } from "../../domain/vocabulary.ts"
import { gated, type Ranker } from "../../services/ranker.ts"
import { breathe, inSlices } from "../../support/slices.ts"
import { needsBy } from "./members-ranker.ts"
import { type KnownTaste, nightlyTasteLoader, tastesOf } from "./taste-ranker.ts"

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** The mean of all members' tastes. */
const meanOf = (tastes: ReadonlyArray<Taste>, width: number): Float32Array => {
  const mean = new Float32Array(width)
  for (const taste of tastes) for (let i = 0; i < width; i++) mean[i]! += taste[i]! / tastes.length
  return mean
}

export const interactionsRanker = (
  model: ModelRef,
  file: InteractionsFile,
  tasteKnown: (userId: string) => KnownTaste | undefined,
  cityOf: (slug: string) => CityCatalog | undefined
): Ranker => {
  const sequence = sequenceScorer(file.sequence)
  const { draw, logit } = interactionsParts(file.model)
  /** What place and vibe say is the same whoever asks. */
  const drawn = new WeakMap<ActivityNode, readonly [place: Float64Array, vibe: Float64Array]>()
  const [unknown, noVibe] = [new Float32Array(file.sequence.width), new Float32Array(VIBE_DIMENSIONS)]
  const drawnOf = (node: ActivityNode) => {
    let known = drawn.get(node)
    if (known === undefined) {
      const { id, vibe_embedding: vibe } = node
      known = [draw(2, sequence.rowOf({ id, vibe }) ?? unknown), draw(3, vibe ?? noVibe)]
      drawn.set(node, known)
    }
    return known
  }
  const tasteOf: (member: Persona, city: CityCatalog | undefined) => Taste = tastesOf(sequence, tasteKnown)
  const members = file.members === undefined ? undefined : membersScorer(file.members, sequence.rowOf)
  const needsOf = members === undefined ? undefined : needsBy(members)
  /** A taste that has to be worked out takes part of a millisecond: between members others have their turn. */
  const tasteOfAll = Effect.fnUntraced(function* (people: ReadonlyArray<Persona>, city: CityCatalog | undefined) {
    const tastes: Array<Taste> = []
    for (const member of people) {
      tastes.push(tasteOf(member, city))
      yield* breathe
    }
    return tastes
  })
  const rank = Effect.fnUntraced(function* (request: RankRequest) {
    const started = performance.now()
    const party = partyOf(request)
    const tastes = yield* tasteOfAll(request.members, cityOf(request.context.city))
    const needs = needsOf && request.members.map((member, m) => needsOf(member, tastes[m]!))
    const heard = needs && ((place: Place) => members!.worth(needs, place) ?? 0)
    const taste = meanOf(tastes, file.sequence.width)
    const ofParty = draw(1, taste)
    const beside = { sequence, taste, heard }
    const described = new Float32Array(file.model.parts[0]!)
    const items: Array<Scored> = []
    yield* inSlices(request.candidates, (candidate) => {
      const { id, vibe_embedding: vibe } = candidate.node
      const local = scoreLocally(candidate, party, request.context)
      describe(described, 0, local.features, beside, { id, vibe })
      const score = sigmoid(logit(described, [ofParty, ...drawnOf(candidate.node)]))
      // The reasons are those of the tastes that both share: a model of this kind gives none of its own.
      items.push({ ...local, score, confidence: score })
    })
    items.sort(byScore)
    return { model, items, confidence: headConfidence(items), latencyMs: performance.now() - started } satisfies Ranking
  })
  return gated({ kind: "ml", model, rank })
}

export const interactionsLoader = nightlyTasteLoader(decodeInteractions, interactionsRanker)
