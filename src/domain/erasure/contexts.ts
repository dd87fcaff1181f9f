/**
 * What is left of a signal's context. A client may write into one whatever it likes, under any name: only values from
 * closed words and numbers in steps stay, and what is the server's own is believed in the server's own signals alone.
 * Nothing here trusts a shape, because a row that cannot be disguised would keep its person from leaving.
 */
import type { UserState } from "../learning-log/snapshots.ts"
import { DAY_PARTS } from "../time/day-part.ts"
import { Intention, Trigger } from "../vocabulary.ts"
import { blurred, type Disguise, disguisedState } from "./disguise.ts"
import { defined, idOf, type Json, listOf, matching, numberOf, objectOf, wholeOf, wordOf } from "./shapes.ts"

const words = (list: ReadonlyArray<string>): ReadonlySet<string> => new Set(list)

export const WEATHER = words(["clear", "rain", "heat", "cold", "storm", "snow", "wind"])

/** The words that each of these keys may hold; the checker asks for the same. */
export const CONTEXT_WORDS = {
  day_part: words(DAY_PARTS),
  weather: WEATHER,
  intention: words(Intention.literals),
  trigger: words(Trigger.literals)
} as const

export const CONTEXT_NUMBERS = ["time_to_action_ms", "day_of_trip", "group_size", "position", "rating"] as const
export const CONTEXT_IDS = ["replaced_by", "pivot_id"] as const

/** What the server alone writes, into this type of signal alone. */
export const DECISION_SIGNAL = "candidate_set_logged"
export const DECISION_KEYS = ["full_candidate_set", "ranker", "user_state", "arbitration"] as const

/** Steps in which a reaction's time is kept: whether somebody hesitated shows, the very moment does not. */
const REACTION_STEP_MS = 500

/** Stars are given in halves: finer ones would be words of one's own. */
const RATING_STEP = 0.5

/** Groups larger than this are all alike. */
const LARGE_GROUP = 6

/** How rules of arbitration and features are called: our own names, never a sentence. */
const NAME = /^[a-z][a-z0-9_]{0,39}$/
const MODEL_VERSION = /^[A-Za-z0-9_.-]{1,60}:[A-Za-z0-9_.-]{1,60}$/
const CHOICES = words(["ml", "llm", "local"])

const stepped = (value: unknown, step: number): number | undefined => {
  const exact = numberOf(value)
  return exact === undefined ? undefined : Math.round(exact / step) * step
}

export const coarseReaction = (millis: unknown): number | undefined => stepped(millis, REACTION_STEP_MS)

/** Only what has a meaning of its own stays of a context; a rare combination is told less precisely. */
export const disguisedContext = (
  disguise: Disguise,
  signalType: string,
  context: Json,
  ofThisTrip: ReadonlySet<string>
): Json => {
  const size = wholeOf(context.group_size)
  const moment = {
    day_part: wordOf(CONTEXT_WORDS.day_part, context.day_part),
    weather: wordOf(CONTEXT_WORDS.weather, context.weather),
    group_size: size === undefined ? undefined : Math.min(size, LARGE_GROUP)
  }
  const pivot = idOf(context.pivot_id)
  return defined({
    ...(disguise.common(moment) ? moment : { day_part: moment.day_part }),
    time_to_action_ms: coarseReaction(context.time_to_action_ms),
    day_of_trip: wholeOf(context.day_of_trip),
    position: wholeOf(context.position),
    rating: stepped(context.rating, RATING_STEP),
    intention: wordOf(CONTEXT_WORDS.intention, context.intention),
    trigger: wordOf(CONTEXT_WORDS.trigger, context.trigger),
    replaced_by: idOf(context.replaced_by),
    pivot_id: pivot === undefined ? undefined : disguise.shared(pivot),
    ...(signalType === DECISION_SIGNAL ? candidateSet(disguise, context, ofThisTrip) : {})
  })
}

export const blurredOf = (value: unknown): number | undefined => {
  const exact = numberOf(value)
  return exact === undefined ? undefined : blurred(exact)
}

/** Features by their names, as exact as a stand-in's may be. */
export const blurredFeatures = (features: unknown): Json =>
  defined(
    Object.fromEntries(
      Object.entries(objectOf(features))
        .filter(([name]) => NAME.test(name))
        .map(([name, value]) => [name, blurredOf(value)])
    )
  )

/** Which places either ranker put first: places and rankers are nobody's own. */
const ordersOf = (orders: Json): Json => {
  const of = (order: unknown) => {
    const { node_ids, ranker } = objectOf(order)
    return defined({
      ranker: matching(MODEL_VERSION, ranker),
      node_ids: listOf(node_ids).flatMap((id) => idOf(id) ?? [])
    })
  }
  return { ml: of(orders.ml), llm: of(orders.llm) }
}

const candidateSet = (disguise: Disguise, context: Json, ofThisTrip: ReadonlySet<string>): Json => {
  const { choice, orders, rule } = objectOf(context.arbitration)
  return {
    full_candidate_set: listOf(context.full_candidate_set)
      .map(objectOf)
      .map(({ node_id, score, rank, features }) =>
        defined({
          node_id: idOf(node_id),
          score: blurredOf(score),
          rank: wholeOf(rank),
          features: blurredFeatures(features)
        })
      ),
    ranker: matching(MODEL_VERSION, context.ranker),
    user_state: disguisedState(disguise, objectOf(context.user_state) as Partial<UserState>, ofThisTrip),
    arbitration:
      context.arbitration === undefined
        ? undefined
        : defined({
            choice: wordOf(CHOICES, choice),
            rule: matching(NAME, rule),
            orders: orders === undefined ? undefined : ordersOf(objectOf(orders))
          })
  }
}
