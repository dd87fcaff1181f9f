/** Rankings that Claude gave, from what is kept, shared in memory by all trips that they hold for. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import type { CoarseDayPart } from "../../domain/cache-key.ts"
import { type HeldRankings, momentAt, momentName, type Said, saidOf } from "../../domain/pivot/ranked.ts"
import type { RankRequest } from "../../domain/ranking.ts"
import { envOf } from "../../domain/trip/pivot-world.ts"
import { LlmRanker } from "../../services/llm-ranker.ts"
import { RankingDesk } from "../../services/ranker.ts"
import { type AtHandRequest, RankingsAtHand } from "../../services/rankings-at-hand.ts"

/** Rankings that are held in this process, for all trips together: some three kilobytes each. */
const MOST_HELD = 1_024
/** How long one is held before it is looked up anew: a cache may have another by then. */
const HELD_MS = 300_000
/** How long what is not kept is not asked for again: trips of a city are often looked after together. */
const MISSING_MS = 2_000

const looked = Metric.counter("held_rankings_total", {
  description: "Moments of trips that replacements may be wanted for, by whether all members' rankings were kept",
  incremental: true
})
const found = {
  kept: Metric.withAttributes(looked, { found: "kept" }),
  missing: Metric.withAttributes(looked, { found: "missing" })
}

interface Moment {
  readonly day: number
  readonly part: CoarseDayPart
}

/** The moments of the stops that may still be replaced, each once. */
const momentsAhead = ({ catalog, now, trip }: AtHandRequest): ReadonlyMap<string, Moment> => {
  const env = envOf(catalog)
  const moments = new Map<string, Moment>()
  for (const slot of trip.slots) {
    if (slot.status !== "planned" || slot.ends_at <= now) continue
    const moment = momentAt(slot.day, env.localMinute(slot.starts_at))
    moments.set(momentName(moment.day, moment.part), moment)
  }
  return moments
}

export const layer = Layer.effect(
  RankingsAtHand,
  Effect.gen(function* () {
    const llm = yield* LlmRanker
    const desk = yield* RankingDesk
    /** In the order in which they were looked up: the first is the one that was held for longest. */
    const held = new Map<string, { readonly said: Said | undefined; readonly until: number }>()

    const hold = (key: string, said: Said | undefined, now: number) => {
      held.delete(key)
      held.set(key, { said, until: now + (said === undefined ? MISSING_MS : HELD_MS) })
      if (held.size > MOST_HELD) held.delete(held.keys().next().value!)
      return said
    }

    const saidFor = Effect.fnUntraced(function* (request: RankRequest, catalog: AtHandRequest["catalog"]) {
      const key = llm.keyOf(request)
      const now = yield* Clock.currentTimeMillis
      const known = held.get(key)
      if (known !== undefined && known.until > now) return known.said
      const order = yield* llm.order(request)
      return hold(key, order === undefined ? undefined : saidOf(order.flatMap((id) => catalog.indexOf(id) ?? [])), now)
    })

    /** As a plan asks for each of its members: alone, whatever the weather. */
    const questionsOf = ({ catalog, personas, trip }: AtHandRequest, { day, part }: Moment) =>
      personas.map(
        (persona): RankRequest => ({
          members: [persona],
          candidates: [],
          context: {
            surface: "pivot",
            city: catalog.city.slug,
            catalogVersion: catalog.version,
            constraints: trip.constraints,
            groupSize: 1,
            dayPart: part,
            dayOfTrip: day
          },
          deadline: 0
        })
      )

    const of = Effect.fnUntraced(function* (request: AtHandRequest) {
      const { catalog, personas } = request
      // Whoever ranks for these people is who counts: what Claude said is nothing to those for whom a trained model ranks.
      const inForce = desk.inForce(personas)
      if (!llm.configured || personas.length === 0 || inForce.name !== llm.model.name) return undefined
      const moments = new Map<string, ReadonlyArray<Said>>()
      for (const [name, moment] of momentsAhead(request)) {
        const said = yield* Effect.forEach(questionsOf(request, moment), (question) => saidFor(question, catalog))
        const whole = said.filter((one) => one !== undefined)
        const all = whole.length === personas.length
        yield* Metric.update(all ? found.kept : found.missing, 1)
        if (all) moments.set(name, whole)
      }
      return moments.size === 0 ? undefined : ({ model: llm.model, moments } satisfies HeldRankings)
    })

    return { of }
  })
)
