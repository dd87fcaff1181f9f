/**
 * Ranks by a matrix factorisation. Travelers whom it was trained on are joined to their vector by the row that tells their name
 * in the data set from them; who is not among them, or has left, is ranked by what their own accepted and passed places say.
 */
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { partyOf } from "../../domain/features.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { decodeFactors, type Factors, factorScorer, type Taste } from "../../domain/rankers/factors.ts"
import { byScore, headConfidence, scoreLocally } from "../../domain/rankers/local.ts"
import type { ModelRef, Ranking, RankRequest } from "../../domain/ranking.ts"
import type { Catalog } from "../../services/catalog.ts"
import type { DatasetNames } from "../../services/dataset-names.ts"
import type { ModelArtefacts } from "../../services/model-artefacts.ts"
import { gated, type Ranker } from "../../services/ranker.ts"
import { ModelRefused, type RankerLoader } from "../../services/trained-rankers.ts"

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** `nameOf` says under which name a traveler was trained on, as far as that is known now. */
export const factorRanker = (
  model: ModelRef,
  factors: Factors,
  nameOf: (userId: string) => string | undefined,
  cityOf: (slug: string) => CityCatalog | undefined
): Ranker => {
  const scorer = factorScorer(factors)
  // A persona never changes: what it says of a taste stays true as long as there is the persona.
  const learnt = new WeakMap<Persona, Taste>()
  const tasteOf = (member: Persona, city: CityCatalog | undefined): Taste => {
    const name = nameOf(member.user_id)
    const trained = name === undefined ? undefined : scorer.known(name)
    if (trained !== undefined) return trained
    let taste = learnt.get(member)
    if (taste === undefined) {
      const vibeOf = (id: string) => {
        const at = city?.indexOf(id)
        return at === undefined ? undefined : city?.nodes[at]?.vibe_embedding
      }
      taste = scorer.learnt(
        member.sequence.map(({ accepted, node_id: id }) => ({ place: { id, vibe: vibeOf(id) }, accepted }))
      )
      learnt.set(member, taste)
    }
    return taste
  }
  const rank = (request: RankRequest): Ranking => {
    const started = performance.now()
    const party = partyOf(request)
    const city = cityOf(request.context.city)
    const tastes = request.members.map((member) => tasteOf(member, city))
    const items = request.candidates
      .map((candidate) => {
        const place = { id: candidate.node.id, vibe: candidate.node.vibe_embedding }
        const score = sigmoid(tastes.reduce((sum, taste) => sum + scorer.score(taste, place), 0) / tastes.length)
        // The reasons are those of the tastes that both share: a model of this kind gives none of its own.
        return { ...scoreLocally(candidate, party, request.context), score, confidence: score }
      })
      .sort(byScore)
    return { model, items, confidence: headConfidence(items), latencyMs: performance.now() - started }
  }
  return gated({ kind: "ml", model, rank: (request) => Effect.sync(() => rank(request)) })
}

export interface FactorRankerParts {
  readonly artefacts: ModelArtefacts["Service"]
  readonly names: DatasetNames["Service"]
  readonly catalog: Catalog["Service"]
}

const familyOf = (lineage: unknown): string | undefined => {
  const dataset = (lineage as { readonly dataset?: unknown } | null | undefined)?.dataset
  return typeof dataset === "string" ? dataset : undefined
}

export const factorLoader =
  ({ artefacts, catalog, names }: FactorRankerParts): RankerLoader =>
  (row) =>
    Effect.gen(function* () {
      const bytes = yield* artefacts.read(row.artifact_path ?? "", row.artifact_sha256 ?? null)
      const factors = yield* Effect.try({
        try: () => decodeFactors(bytes),
        catch: (cause) =>
          new ModelRefused({
            message: `${row.artifact_path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Train it again.`,
            cause
          })
      })
      const family = familyOf(row.lineage)
      let known: ReadonlyMap<string, string> = new Map()
      const look = Effect.gen(function* () {
        if (family !== undefined) known = yield* names.travelers(family, factors.users)
      })
      yield* look
      const model = { name: row.model_name, version: row.model_version }
      return {
        ranker: factorRanker(model, factors, (id) => known.get(id), catalog.resident),
        // Where nobody can be asked, who was known stays known: an erasure takes the persona away besides.
        renew: Effect.ignore(look)
      }
    }).pipe(
      Effect.catchTags({
        ArtefactUnusable: ({ message }) => Effect.fail(new ModelRefused({ message })),
        NamesUnavailable: ({ message }) => Effect.fail(new ModelRefused({ message }))
      })
    )
