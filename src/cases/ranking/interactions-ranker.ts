/**
 * Ranks by a model of feature interactions: what describes each candidate, what a model of sequences expects the party to like,
 * and the embeddings of both. Everything it needs is in its file; tastes that the night worked out with the same model of
 * sequences are taken, others are worked out of what is at hand.
 */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { FEATURES, featuresOf, partyOf } from "../../domain/features.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import {
  decodeInteractions,
  type InteractionsFile,
  interactionsScorer,
  writeRow
} from "../../domain/rankers/interactions.ts"
import { byScore, headConfidence, scoreLocally } from "../../domain/rankers/local.ts"
import { sequenceScorer } from "../../domain/rankers/sequence-model.ts"
import type { Taste } from "../../domain/rankers/tastes.ts"
import { type ModelRef, modelVersion, type Ranking, type RankRequest } from "../../domain/ranking.ts"
import { gated, type Ranker } from "../../services/ranker.ts"
import { type LoadedRanker, ModelRefused, type RankerLoader } from "../../services/trained-rankers.ts"
import { breathe } from "../../support/slices.ts"
import { nightlyTastes, type TasteRankerParts, tastesOf } from "./taste-ranker.ts"

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
  tasteKnown: (userId: string) => Taste | undefined,
  cityOf: (slug: string) => CityCatalog | undefined
): Ranker => {
  const sequence = sequenceScorer(file.sequence)
  const logitsOf = interactionsScorer(file.model)
  const columns = file.model.means.length
  const tasteOf: (member: Persona, city: CityCatalog | undefined) => Taste = tastesOf(sequence, tasteKnown)
  /** A taste that has to be worked out takes about a millisecond: between members others have their turn. */
  const tasteOfAll = Effect.fnUntraced(function* (members: ReadonlyArray<Persona>, city: CityCatalog | undefined) {
    const tastes: Array<Taste> = []
    for (const member of members) {
      tastes.push(tasteOf(member, city))
      yield* breathe
    }
    return meanOf(tastes, file.sequence.width)
  })
  const rank = Effect.fnUntraced(function* (request: RankRequest) {
    const started = performance.now()
    const party = partyOf(request)
    const taste = yield* tasteOfAll(request.members, cityOf(request.context.city))
    const rows = new Float32Array(request.candidates.length * columns)
    for (const [n, candidate] of request.candidates.entries()) {
      const { id, vibe_embedding: vibe } = candidate.node
      const features = featuresOf(candidate, party, request.context)
      const numbers = FEATURES.map((name) => features[name])
      writeRow(rows, n * columns, numbers, sequence, taste, { id, vibe })
    }
    const logits = logitsOf(rows)
    const items = request.candidates
      .map((candidate, n) => {
        const score = sigmoid(logits[n]!)
        // The reasons are those of the tastes that both share: a model of this kind gives none of its own.
        return { ...scoreLocally(candidate, party, request.context), score, confidence: score }
      })
      .sort(byScore)
    return { model, items, confidence: headConfidence(items), latencyMs: performance.now() - started } satisfies Ranking
  })
  return gated({ kind: "ml", model, rank })
}

export const interactionsLoader =
  ({ artefacts, catalog, embeddings }: TasteRankerParts): RankerLoader =>
  (row) =>
    Effect.gen(function* () {
      const bytes = yield* artefacts.read(row.artifact_path ?? "", row.artifact_sha256 ?? null)
      const file = yield* Effect.try({
        try: () => decodeInteractions(bytes),
        catch: (cause) =>
          new ModelRefused({
            message: `${row.artifact_path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Train it again.`,
            cause
          })
      })
      const nightly = nightlyTastes(embeddings, modelVersion({ name: "sasrec", version: file.sequenceVersion }))
      yield* nightly.renew
      const model = { name: row.model_name, version: row.model_version }
      return {
        ranker: interactionsRanker(model, file, nightly.of, catalog.resident),
        renew: Effect.ignore(nightly.renew)
      } satisfies LoadedRanker
    }).pipe(
      Effect.catchTags({
        ArtefactUnusable: ({ message }) => Effect.fail(new ModelRefused({ message })),
        ModelEmbeddingsUnavailable: ({ message }) => Effect.fail(new ModelRefused({ message }))
      })
    )
