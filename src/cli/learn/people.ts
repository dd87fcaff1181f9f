/**
 * Made-up travelers of the demo, with a taste that nobody told the server of: places belong to one of a few circles, by nothing
 * that can be seen, and everybody loves one circle. Who learns from what people do can find that out; who goes by what is written
 * of places cannot. In a shuffled world everybody takes as many places, and which is chance, each time anew: somebody who always said
 * the same of a place could be learnt by heart.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { hash128 } from "../../domain/basics/hash.ts"
import { Refused } from "../refused.ts"
import { call as once } from "../replay/traveler.ts"

/** A busy machine, or one whose time was just moved, may ask to come back a moment later. */
const AGAIN = { schedule: Schedule.spaced("3 seconds"), times: 20 }

const call = <A>(...request: Parameters<typeof once<A>>) => Effect.retry(once<A>(...request), AGAIN)

export const CIRCLES = 8
/** How much of their circle somebody takes, and how much of all else: the effect that is to be found. */
export const TAKES_LOVED = 0.9
export const TAKES_OTHERS = 0.02

export interface Person {
  readonly id: string
  readonly token: string
}

const share = (text: string): number => Number.parseInt(hash128(text).slice(0, 8), 16) / 2 ** 32

const circleOf = (name: string): number => Math.floor(share(`circle ${name}`) * CIRCLES)

export const loves = (person: Person, node: string): boolean => circleOf(person.id) === circleOf(`place ${node}`)

const takes = (person: Person, node: string): boolean =>
  share(`whim ${person.id} ${node}`) < (loves(person, node) ? TAKES_LOVED : TAKES_OTHERS)

const takesByChance = (person: Person, node: string, session: string): boolean =>
  share(`chance ${person.id} ${node} ${session}`) < (TAKES_LOVED + (CIRCLES - 1) * TAKES_OTHERS) / CIRCLES

interface Slate {
  readonly session_id: string
  readonly nodes: ReadonlyArray<{ readonly node: { readonly id: string } }>
}

const signal = (type: string, node: string, at: number, more: object = {}) => ({
  id: crypto.randomUUID(),
  signal_type: type,
  activity_node_id: node,
  occurred_at: new Date(at).toISOString(),
  ...more
})

/** Looks through one slate of the city and says of every place whether they want it. Gives how many they took. */
export const swipe = Effect.fnUntraced(function* (
  base: string,
  person: Person,
  city: string,
  now: () => number,
  shuffled: boolean
) {
  const { nodes, session_id } = yield* call<Slate>(base, person.token, "GET", `/api/v1/discovery?city=${city}`)
  const swipes = nodes.map(({ node }) => ({
    node: node.id,
    yes: shuffled ? takesByChance(person, node.id, session_id) : takes(person, node.id)
  }))
  // After it was shown: what came before a decision is no answer to it.
  const at = now()
  yield* call(
    base,
    person.token,
    "POST",
    "/api/v1/signals",
    swipes.map(({ node, yes }) =>
      signal(yes ? "discovery_swipe_right" : "discovery_swipe_left", node, at, { session_id })
    )
  )
  return swipes.filter(({ yes }) => yes).length
})

/** So many of the city's places, of which they accept what they love: a traveler who says just so much. */
export const judge = Effect.fnUntraced(function* (
  base: string,
  person: Person,
  nodes: ReadonlyArray<string>,
  now: number
) {
  yield* call(
    base,
    person.token,
    "POST",
    "/api/v1/signals",
    nodes.map((node) => signal(loves(person, node) ? "slot_accept" : "slot_skip", node, now))
  )
})

export const cityNodes = (base: string, person: Person, city: string) =>
  Effect.map(
    call<{ readonly nodes: ReadonlyArray<{ readonly id: string }> }>(
      base,
      person.token,
      "GET",
      `/api/v1/cities/${city}/nodes?limit=200`
    ),
    ({ nodes }) => nodes.map(({ id }) => id)
  )

export interface PersonaSeen {
  readonly signal_count: number
  readonly model_encoder_version: string | null
}

export const personaOf = (base: string, { token }: Person) =>
  call<PersonaSeen>(base, token, "GET", "/api/v1/users/me/persona")

interface TripMade {
  readonly days: ReadonlyArray<{ readonly slots: ReadonlyArray<{ readonly node: { readonly id: string } }> }>
}

/** Asks for a trip; gives who ranked it, as the answer's header says, and how much of it the traveler loves. */
export const travel = Effect.fnUntraced(function* (base: string, person: Person, city: string, startDate: string) {
  const made = yield* Effect.tryPromise(async () => {
    const answer = await fetch(`${base}/api/v1/trips`, {
      method: "POST",
      headers: { authorization: `Bearer ${person.token}`, "content-type": "application/json" },
      body: JSON.stringify({ city, start_date: startDate, days: 2 })
    })
    const trip = (await answer.json()) as TripMade & { readonly detail?: string }
    if (!answer.ok) throw new Error(trip.detail ?? `status ${answer.status}`)
    return { rankedBy: answer.headers.get("x-model-version") ?? "nobody", trip }
  }).pipe(
    Effect.retry(AGAIN),
    Effect.mapError((cause) => new Refused({ message: `No trip could be had at ${base}: ${String(cause.cause)}` }))
  )
  const stops = made.trip.days.flatMap(({ slots }) => slots)
  const loved = stops.filter(({ node }) => loves(person, node.id)).length
  return { rankedBy: made.rankedBy, loved: loved / Math.max(1, stops.length) }
})
