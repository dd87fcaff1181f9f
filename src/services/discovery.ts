/**
 * A slate to swipe on, outside a trip. It is a decision like any other: logged, durable, before it is shown, so that
 * the swipes that follow have something to be about.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CityCatalog } from "../domain/catalog/city-catalog.ts"
import type { UserId } from "../domain/ids.ts"
import type { ModelRef, Scored } from "../domain/ranking.ts"
import { CANDIDATES } from "../domain/retrieval/diversify.ts"
import { userState } from "../domain/trip/turn.ts"
import { rankingRecord } from "./decision-log.ts"
import { Journal, type JournalError } from "./journal.ts"
import { newId } from "./new-id.ts"
import { Personas, type PersonasUnavailable } from "./personas.ts"
import { RankingDesk } from "./ranker.ts"
import { partyQuery, Retrieval } from "./retrieval.ts"

export const SLATE_SIZE = 20

/** A slate is browsed, not waited for: rankers get this long. */
const RANKING_BUDGET_MS = 3_000

export interface Slate {
  readonly session_id: string
  readonly model: ModelRef
  /** Best first. */
  readonly items: ReadonlyArray<Scored>
}

export class Discovery extends Context.Service<
  Discovery,
  {
    readonly slate: (
      userId: UserId,
      catalog: CityCatalog,
      size: number
    ) => Effect.Effect<Slate, PersonasUnavailable | JournalError>
  }
>()("overplanned/Discovery") {
  static readonly layer = Layer.effect(
    Discovery,
    Effect.gen(function* () {
      const personas = yield* Personas
      const retrieval = yield* Retrieval
      const desk = yield* RankingDesk
      const journal = yield* Journal
      return Discovery.of({
        slate: Effect.fnUntraced(function* (userId, catalog, size) {
          const now = yield* Clock.currentTimeMillis
          const persona = yield* personas.of(userId)
          // What somebody judged before tells us nothing when it is shown again.
          const seen = new Set(persona.sequence.map((item) => item.node_id))
          const near = yield* retrieval.nearest(catalog, partyQuery([persona]))
          const fresh = near.filter(({ node }) => !seen.has(node.id))
          const pool = (fresh.length >= size ? fresh : near).slice(0, CANDIDATES)
          const { ranking } = yield* desk.rank({
            members: [persona],
            candidates: pool,
            context: { surface: "discovery", city: catalog.city.slug, catalogVersion: catalog.version, groupSize: 1 },
            deadline: now + RANKING_BUDGET_MS
          })
          const items = ranking.items.slice(0, size)
          const sessionId = newId(now)
          const ids = items.map((item) => catalog.nodes[item.index]!.id as string)
          yield* journal.commit("trip", [
            rankingRecord({
              id: newId(now),
              user_id: userId,
              trip_id: null,
              session_id: sessionId,
              day_number: null,
              surface: "discovery",
              model_name: ranking.model.name,
              model_version: ranking.model.version,
              candidate_ids: ids,
              scores: items.map((item) => item.score),
              propensities: ids.map(() => 1),
              ranked_ids: ids,
              // A slate is shown whole; the swipes say what was picked from it.
              selected_ids: [],
              user_state: userState([persona]),
              latency_ms: ranking.latencyMs,
              occurred_at: now
            })
          ])
          return { session_id: sessionId, model: ranking.model, items }
        })
      })
    })
  )
}
