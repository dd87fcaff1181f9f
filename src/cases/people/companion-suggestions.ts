/** `CompanionSuggestions` over the persona collection of the vector index, the profiles of those found, and the model. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type CompatibilityModel, compatibilityOf } from "../../domain/companions/compatibility.ts"
import { matchFeatures } from "../../domain/companions/features.ts"
import type { UserId } from "../../domain/ids.ts"
import type { ModelRef } from "../../domain/ranking.ts"
import { CompanionSeekers, type Seeker } from "../../services/companion-seekers.ts"
import { CompanionSuggestions, type Suggestions } from "../../services/companion-suggestions.ts"
import { CompanionsUnavailable } from "../../services/companions.ts"
import { CompatibilityModels } from "../../services/compatibility-models.ts"
import { IndexSource } from "../../services/index-source.ts"
import { Personas } from "../../services/personas.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { VectorIndex } from "../../services/vector-index.ts"
import { indexOpenPersonas, NOWHERE } from "./open-personas.ts"

/** The nearest in taste who are looked at more closely. */
const CANDIDATES = 60
/** Whom one has answered already may be the nearest; so many are passed over at most. */
const MOST_SETTLED = 500

/** Without a model, whoever likes the same comes first. */
const BY_INTERESTS: ModelRef = { name: "shared_interests", version: "1" }

const unavailable = ({ message }: { readonly message: string }) =>
  new CompanionsUnavailable({ message: `Nobody can be suggested right now. ${message}` })

/** Best first; the same people in the same order each time. */
const ordered = (model: CompatibilityModel | undefined, me: Seeker, others: ReadonlyArray<Seeker>) =>
  others
    .map((other) => {
      const features = matchFeatures([me, other])
      const score = model === undefined ? features.interest_score : compatibilityOf(model.weights, features)
      return { other, features, score }
    })
    .toSorted((a, b) => b.score - a.score || (a.other.id < b.other.id ? -1 : 1))

export const layer = Layer.effect(
  CompanionSuggestions,
  Effect.gen(function* () {
    const seekers = yield* CompanionSeekers
    const models = yield* CompatibilityModels
    const personas = yield* Personas
    const erased = yield* ErasedSubjects
    const index = yield* VectorIndex
    const source = yield* IndexSource

    /** Where an index is behind (made anew with its server, or filled by another), everybody who is open is put in. */
    const broughtUp = Effect.gen(function* () {
      if ((yield* index.count("persona_embedding", NOWHERE)) >= (yield* source.personaCount)) return
      yield* indexOpenPersonas.pipe(
        Effect.provideService(VectorIndex, index),
        Effect.provideService(IndexSource, source)
      )
    })

    const enter = Effect.fnUntraced(function* (userId: UserId) {
      const { vector } = yield* personas.of(userId)
      yield* Effect.mapError(index.upsert("persona_embedding", [{ id: userId, city: NOWHERE, vector }]), unavailable)
      return vector
    })

    const near = Effect.fnUntraced(function* (userId: UserId) {
      const vector = yield* enter(userId)
      const settled = Math.min(MOST_SETTLED, yield* seekers.settled(userId))
      const hits = yield* Effect.andThen(
        broughtUp,
        index.search("persona_embedding", vector, CANDIDATES + 1 + settled, NOWHERE)
      ).pipe(Effect.mapError(unavailable))
      const found = hits.map(({ id }) => id as UserId).filter((id) => id !== userId && !erased.has(id))
      // The index may be behind: whether somebody is open is the database's to say.
      const allowed = yield* seekers.mayBeShown(userId, found)
      return found.filter((id) => allowed.has(id)).slice(0, CANDIDATES)
    })

    return CompanionSuggestions.of({
      of: (userId, limit) =>
        Effect.gen(function* () {
          const current = models.current()
          const model = current?.ref ?? BY_INTERESTS
          const nobody: Suggestions = { open: false, missing: [], model, suggestions: [], mutual: [] }
          if (!(yield* seekers.isOpen(userId))) return nobody
          const now = yield* Clock.currentTimeMillis
          const candidates = yield* near(userId)
          const agreed = (yield* seekers.mutual(userId, limit)).filter((id) => !erased.has(id))
          const known = yield* seekers.known([userId, ...candidates, ...agreed], now)
          const me = known.get(userId)
          const seeker = (id: UserId) => {
            const one = known.get(id)
            return one === undefined || "missing" in one ? undefined : one.seeker
          }
          const mine = seeker(userId)?.interests ?? []
          const shared = (id: UserId) => (seeker(id)?.interests ?? []).filter((one) => mine.includes(one))
          const mutual = agreed.map((id) => ({ user_id: id, interests: shared(id) }))
          if (me === undefined || "missing" in me) {
            return { ...nobody, open: true, missing: me?.missing ?? ["profile"], mutual }
          }
          const others = candidates.map(seeker).filter((one) => one !== undefined)
          const first = ordered(current, me.seeker, others).slice(0, limit)
          yield* seekers.shown(
            first.map(({ features, other, score }, i) => ({
              userId,
              suggestedId: other.id,
              model,
              score,
              position: i + 1,
              features
            })),
            now
          )
          const suggestions = first.map(({ other, score }) => ({
            user_id: other.id,
            score: Math.round(score * 10_000) / 10_000,
            interests: shared(other.id)
          }))
          return { open: true, missing: [], model, suggestions, mutual }
        }),
      set: (userId, open) =>
        Effect.gen(function* () {
          yield* seekers.set(userId, open)
          if (open) return yield* Effect.asVoid(enter(userId))
          yield* Effect.mapError(index.remove("persona_embedding", [userId]), unavailable)
        }),
      answer: (userId, suggestedId, answer) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => seekers.answer(userId, suggestedId, answer, now))
    })
  })
)
