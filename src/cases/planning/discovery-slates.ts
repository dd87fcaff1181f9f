/** Slates from retrieval and the ranking desk, journaled before they are shown. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { coarseDayPart } from "../../domain/cache-key.ts"
import { armOfDecision } from "../../domain/decisions.ts"
import { modelVersion } from "../../domain/ranking.ts"
import { CANDIDATES } from "../../domain/retrieval/diversify.ts"
import { dayPartAt } from "../../domain/time/day-part.ts"
import { localTime, zoneOf } from "../../domain/time/zone.ts"
import { userState } from "../../domain/trip/turn.ts"
import { Discovery } from "../../services/discovery.ts"
import { Journal } from "../../services/journal.ts"
import { Personas } from "../../services/personas.ts"
import { RankingDesk } from "../../services/ranker.ts"
import { Retrieval } from "../../services/retrieval.ts"
import { ShownSlates } from "../../services/shown-slates.ts"
import { newId } from "../../support/new-id.ts"
import { rankingRecord } from "../signals/decision-log.ts"

/** A slate is browsed, not waited for: rankers get this long. */
const RANKING_BUDGET_MS = 3_000

const dayPartIn = (timeZone: string, now: number) => {
  const zone = zoneOf(timeZone)
  return zone === undefined ? "afternoon" : dayPartAt(localTime(zone, now).minute)
}

export const layer = Layer.effect(
  Discovery,
  Effect.gen(function* () {
    const personas = yield* Personas
    const retrieval = yield* Retrieval
    const desk = yield* RankingDesk
    const journal = yield* Journal
    const slates = yield* ShownSlates
    return Discovery.of({
      slate: Effect.fnUntraced(function* (userId, catalog, size) {
        const now = yield* Clock.currentTimeMillis
        const persona = yield* personas.of(userId)
        // What somebody judged before tells us nothing when it is shown again.
        const seen = new Set(persona.sequence.map((item) => item.node_id))
        const near = yield* retrieval.nearest(catalog, [persona])
        const fresh = near.filter(({ node }) => !seen.has(node.id))
        const pool = (fresh.length >= size ? fresh : near).slice(0, CANDIDATES)
        const { ranking, shadow, trial } = yield* desk.rank({
          members: [persona],
          candidates: pool,
          // As for the first day of a trip: that is what rankings are warmed up for.
          context: {
            surface: "discovery",
            city: catalog.city.slug,
            catalogVersion: catalog.version,
            groupSize: 1,
            dayPart: coarseDayPart(dayPartIn(catalog.city.time_zone, now)),
            dayOfTrip: 1
          },
          deadline: now + RANKING_BUDGET_MS
        })
        const items = ranking.items.slice(0, size)
        const sessionId = newId(now)
        const ids = items.map((item) => catalog.nodes[item.index]!.id as string)
        const shown = new Set(ids)
        const decision = newId(now)
        yield* journal.commit("trip", [
          rankingRecord({
            id: decision,
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
            ...(shadow === undefined
              ? {}
              : {
                  shadow_model_name: shadow.model.name,
                  shadow_model_version: shadow.model.version,
                  shadow_ranked_ids: shadow.items.flatMap((item) => {
                    const { id } = catalog.nodes[item.index]!
                    return shown.has(id) ? [id] : []
                  }),
                  shadow_latency_ms: shadow.latencyMs
                }),
            ...armOfDecision(trial),
            latency_ms: ranking.latencyMs,
            occurred_at: now
          })
        ])
        slates.shown(userId, {
          decision_id: decision,
          model_version: modelVersion(ranking.model),
          session_id: sessionId,
          node_ids: ids
        })
        return { session_id: sessionId, model: ranking.model, items }
      })
    })
  })
)
