/**
 * Ranks by a model that knows travelers by their taste, a vector. Travelers whom it was trained on are joined to theirs by the row
 * that tells their name in the data set from them; who is not among them, or has left, is ranked by what their own accepted and
 * passed places say.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { partyOf } from "../../domain/features.ts"
import type { UserId } from "../../domain/ids.ts"
import type { Persona } from "../../domain/persona/persona.ts"
import { decodeFactors, FACTORS_MODEL_TYPE, factorScorer } from "../../domain/rankers/factors.ts"
import { byScore, headConfidence, scoreLocally } from "../../domain/rankers/local.ts"
import { decodeSequenceModel, SEQUENCE_MODEL_TYPE, sequenceScorer } from "../../domain/rankers/sequence-model.ts"
import { MOST_JUDGED_AT_NIGHT, type Taste, type TasteScorer } from "../../domain/rankers/tastes.ts"
import { type ModelRef, modelVersion, type Ranking, type RankRequest } from "../../domain/ranking.ts"
import type { Catalog } from "../../services/catalog.ts"
import type { DatasetNames } from "../../services/dataset-names.ts"
import type { ModelArtefacts } from "../../services/model-artefacts.ts"
import type { ModelEmbeddings } from "../../services/model-embeddings.ts"
import { gated, type Ranker } from "../../services/ranker.ts"
import { type LoadedRanker, ModelRefused, type RankerLoader } from "../../services/trained-rankers.ts"

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** A taste that was worked out before. */
export interface KnownTaste {
  readonly taste: Taste
  /** Unix milliseconds: what they said later is not in it. Absent where it was trained, and nothing said since is weighed. */
  readonly until?: number
}

/** Of the places that somebody judged at least this share has to be known here for them to say more than the night's taste. */
const LEAST_KNOWN = 0.5

/** What is at hand of somebody: what the places that they judged say, as far as those of this city and of the model are known. */
const atHand = (scorer: TasteScorer, { sequence }: Persona, city: CityCatalog | undefined) => {
  const vibeOf = (id: string) => {
    const at = city?.indexOf(id)
    return at === undefined ? undefined : city?.nodes[at]?.vibe_embedding
  }
  const judged = sequence.map(({ accepted, at, node_id: id }) => ({ place: { id, vibe: vibeOf(id) }, accepted, at }))
  const known = judged.filter(({ place }) => scorer.knows(place)).length
  return { city, taste: scorer.learnt(judged), telling: known > 0 && known >= LEAST_KNOWN * judged.length }
}

/**
 * Whoever's taste is asked for: the one that is known, else what their accepted and passed places say, remembered as long as
 * their persona stays what it is. What the night worked out gives way to them once they have said something else since; not where
 * most of what they judged lies in other cities, whose vibes are not at hand.
 */
export const tastesOf = (scorer: TasteScorer, tasteKnown: (userId: string) => KnownTaste | undefined) => {
  // A persona never changes: what it says of a taste stays true as long as there is the persona.
  const learnt = new WeakMap<Persona, ReturnType<typeof atHand>>()
  return (member: Persona, city: CityCatalog | undefined): Taste => {
    const known = tasteKnown(member.user_id)
    const until = known?.until ?? Number.POSITIVE_INFINITY
    if (known !== undefined && !member.sequence.some(({ at }) => at > until)) return known.taste
    let own = learnt.get(member)
    if (own === undefined || own.city !== city) {
      own = atHand(scorer, member, city)
      learnt.set(member, own)
    }
    return known === undefined || own.telling ? own.taste : known.taste
  }
}

/** `tasteKnown` gives the taste that a traveler was trained with, or that the night worked out, as far as there is one. */
const tasteRanker = (
  model: ModelRef,
  scorer: TasteScorer,
  tasteKnown: (userId: string) => KnownTaste | undefined,
  cityOf: (slug: string) => CityCatalog | undefined
): Ranker => {
  const tasteOf = tastesOf(scorer, tasteKnown)
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

export interface TasteRankerParts {
  readonly artefacts: ModelArtefacts["Service"]
  readonly names: DatasetNames["Service"]
  readonly embeddings: ModelEmbeddings["Service"]
  readonly catalog: Catalog["Service"]
}

const familyOf = (lineage: unknown): string | undefined => {
  const dataset = (lineage as { readonly dataset?: unknown } | null | undefined)?.dataset
  return typeof dataset === "string" ? dataset : undefined
}

const PAGE = 5_000

/** How soon it is noticed who has left, and what is known of them forgotten. */
const LOOK_AGAIN_MS = 300_000

/** Clocks of nodes may differ by this much: what is that much older is read once more. */
const OVERLAP_MS = 600_000

/** Adds what the nights have worked out since the last look; anew, so that nothing is kept of who has left. */
const nightlyTastes = (embeddings: ModelEmbeddings["Service"], encoderVersion: string) => {
  const tastes = new Map<string, KnownTaste>()
  let since = 0
  const look = Effect.fnUntraced(function* (anew: boolean) {
    const now = yield* Clock.currentTimeMillis
    if (anew) {
      tastes.clear()
      since = 0
    }
    let after: UserId | undefined
    do {
      const page = yield* embeddings.of({ encoderVersion, since, after, limit: PAGE })
      for (const { at, embedding, user_id } of page) {
        tastes.set(user_id, { taste: Float32Array.from(embedding), until: at })
      }
      after = page.length === PAGE ? page.at(-1)!.user_id : undefined
    } while (after !== undefined)
    since = now - OVERLAP_MS
  })
  let lookedAt = Number.NEGATIVE_INFINITY
  /** Looks for what is new, and now and then for who has left. */
  const renew = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const anew = Math.abs(now - lookedAt) >= LOOK_AGAIN_MS
    yield* look(anew)
    if (anew) lookedAt = now
    return anew
  })
  return { renew, of: (userId: string) => tastes.get(userId) }
}

/** Loads a model that hears a party by the tastes that the nights work out with the `sasrec` it stands on. */
export const nightlyTasteLoader =
  <File extends { readonly sequenceVersion: string }>(
    decode: (bytes: Uint8Array) => File,
    rankerOf: (
      model: ModelRef,
      file: File,
      tasteKnown: (userId: string) => KnownTaste | undefined,
      cityOf: (slug: string) => CityCatalog | undefined
    ) => Ranker
  ) =>
  ({ artefacts, catalog, embeddings }: TasteRankerParts): RankerLoader =>
  (row) =>
    Effect.gen(function* () {
      const bytes = yield* artefacts.read(row.artifact_path ?? "", row.artifact_sha256 ?? null)
      const file = yield* Effect.try({
        try: () => decode(bytes),
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
        ranker: rankerOf(model, file, nightly.of, catalog.resident),
        renew: Effect.ignore(nightly.renew)
      } satisfies LoadedRanker
    }).pipe(
      Effect.catchTags({
        ArtefactUnusable: ({ message }) => Effect.fail(new ModelRefused({ message })),
        ModelEmbeddingsUnavailable: ({ message }) => Effect.fail(new ModelRefused({ message }))
      })
    )

/** What a model's file holds: how it scores, and the people it was trained on, by their names in the data set. */
interface Opened {
  readonly scorer: TasteScorer
  readonly users: ReadonlyArray<string>
}

/** Throws, in words, where the file is not what its type says. */
const OPENED_BY: Readonly<Record<string, (file: Uint8Array) => Opened>> = {
  [FACTORS_MODEL_TYPE]: (file) => {
    const factors = decodeFactors(file)
    return { scorer: factorScorer(factors), users: factors.users }
  },
  [SEQUENCE_MODEL_TYPE]: (file) => ({ scorer: sequenceScorer(decodeSequenceModel(file)), users: [] })
}

const tasteLoader =
  ({ artefacts, catalog, embeddings, names }: TasteRankerParts, open: (file: Uint8Array) => Opened): RankerLoader =>
  (row) =>
    Effect.gen(function* () {
      const bytes = yield* artefacts.read(row.artifact_path ?? "", row.artifact_sha256 ?? null)
      const { scorer, users } = yield* Effect.try({
        try: () => open(bytes),
        catch: (cause) =>
          new ModelRefused({
            message: `${row.artifact_path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}. Train it again.`,
            cause
          })
      })
      const model = { name: row.model_name, version: row.model_version }
      const family = familyOf(row.lineage)
      const nightly = nightlyTastes(embeddings, modelVersion(model))
      let known: ReadonlyMap<string, string> = new Map()
      const look = Effect.gen(function* () {
        const anew = yield* nightly.renew
        if (anew && family !== undefined && users.length > 0) known = yield* names.travelers(family, users)
      })
      yield* look
      const trainedWith = (id: string) => {
        const name = known.get(id)
        return name === undefined ? undefined : scorer.known(name)
      }
      const tasteKnown = (id: string): KnownTaste | undefined => {
        const taste = trainedWith(id)
        return taste === undefined ? nightly.of(id) : { taste }
      }
      return {
        ranker: tasteRanker(model, scorer, tasteKnown, catalog.resident),
        // Where nobody can be asked, who was known stays known: an erasure takes the persona away besides.
        renew: Effect.ignore(look),
        knows: (id) => tasteKnown(id) !== undefined,
        embed: (id, choices, vibeOf) =>
          trainedWith(id) ??
          scorer.learnt(
            choices.map(({ accepted, at, node_id }) => ({
              place: { id: node_id, vibe: vibeOf(node_id) },
              accepted,
              at
            })),
            MOST_JUDGED_AT_NIGHT
          )
      } satisfies LoadedRanker
    }).pipe(
      Effect.catchTags({
        ArtefactUnusable: ({ message }) => Effect.fail(new ModelRefused({ message })),
        NamesUnavailable: ({ message }) => Effect.fail(new ModelRefused({ message })),
        ModelEmbeddingsUnavailable: ({ message }) => Effect.fail(new ModelRefused({ message }))
      })
    )

/** Loaders of all types of models that know travelers by their taste. */
export const tasteLoaders = (parts: TasteRankerParts): Readonly<Record<string, RankerLoader>> =>
  Object.fromEntries(Object.entries(OPENED_BY).map(([type, open]) => [type, tasteLoader(parts, open)]))
