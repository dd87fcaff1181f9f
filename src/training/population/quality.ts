/**
 * Whether there is something to learn in the choices, and not only an echo: three rankers that need no training, on
 * days that were planned after those that popularity is counted on. Read from the database, not from the generator.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { type Random, randomStream } from "../../domain/basics/random.ts"
import type { HitRate, SignalQuality } from "../../services/shadow-population.ts"
import { SHADOW_EMAIL_PATTERN } from "./profile.ts"

const AT = 5
const HELD_OUT = 0.2
const RESAMPLES = 1_000
const TOO_GOOD = 0.95
/** Most held-out days that are looked at: enough for narrow intervals, whatever the size of the population. */
const MOST_EVENTS = 6_000

/** What a day came to in the end, against what it was chosen from; what was taken out again is neither. */
interface Decision {
  readonly user_id: string
  readonly candidate_ids: ReadonlyArray<string>
  readonly selected_ids: ReadonlyArray<string>
  readonly members: ReadonlyArray<string>
}

/** Share of a hit at five; places that tie share what there is. */
const hit = (score: (id: string) => number, chosen: string, others: ReadonlyArray<string>): number => {
  const own = score(chosen)
  let above = 0
  let ties = 0
  for (const other of others) {
    const x = score(other)
    if (x > own) above++
    else if (x === own) ties++
  }
  return above >= AT ? 0 : Math.min(1, (AT - above) / (ties + 1))
}

const intervalOf = (random: Random, perUser: ReadonlyArray<readonly [hits: number, choices: number]>): HitRate => {
  const share = (sample: ReadonlyArray<readonly [number, number]>) => {
    let hits = 0
    let choices = 0
    for (const [h, c] of sample) {
      hits += h
      choices += c
    }
    return choices === 0 ? 0 : hits / choices
  }
  const resampled = Array.from({ length: RESAMPLES }, () =>
    share(perUser.map(() => perUser[Math.floor(random() * perUser.length)]!))
  ).sort((a, b) => a - b)
  const at = (q: number) => resampled[Math.floor(q * (RESAMPLES - 1))] ?? 0
  return { hr5: share(perUser), low: at(0.025), high: at(0.975) }
}

export const measureQuality = Effect.fnUntraced(function* (seed: number) {
  const sql = yield* SqlClient
  const [cut] = yield* sql<{ at: Date | null }>`
    select to_timestamp(percentile_cont(${1 - HELD_OUT}) within group (order by extract(epoch from r.occurred_at))) as at
    from ranking_events r join users u on u.id = r.user_id
    where u.email like ${SHADOW_EMAIL_PATTERN} and r.surface = 'itinerary'`
  const counted = yield* sql<{ id: string; n: number }>`
    select s.activity_node_id as id, count(*)::int as n
    from ranking_events r join users u on u.id = r.user_id
      join itinerary_slots s on s.trip_id = r.trip_id and s.day_number = r.day_number
    where u.email like ${SHADOW_EMAIL_PATTERN} and r.surface = 'itinerary' and r.occurred_at < ${cut!.at}
    group by 1`
  const popularity = new Map(counted.map(({ id, n }) => [id, n]))
  const nodes = yield* sql<{ id: string; vibe: ReadonlyArray<number> }>`
    select id, vibe_embedding as vibe from activity_nodes where id in (
      select distinct unnest(r.candidate_ids) from ranking_events r join users u on u.id = r.user_id
      where u.email like ${SHADOW_EMAIL_PATTERN})`
  const vibes = new Map(nodes.map(({ id, vibe }) => [id, vibe]))
  const people = yield* sql<{ user_id: string; value: string }>`
    select d.user_id, d.value from persona_dimensions d join users u on u.id = d.user_id
    where u.email like ${SHADOW_EMAIL_PATTERN} and d.dimension = 'category_affinities'`
  const tastes = new Map(people.map(({ user_id, value }) => [user_id, JSON.parse(value) as ReadonlyArray<number>]))
  const held = yield* sql<Decision>`
    select r.user_id,
      array(select c.id from unnest(r.candidate_ids) c(id) where not exists (
        select from decision_outcomes o
        where o.decision_id = r.id and o.activity_node_id = c.id and o.outcome = 'swapped')) as candidate_ids,
      array(select s.activity_node_id from itinerary_slots s
        where s.trip_id = r.trip_id and s.day_number = r.day_number) as selected_ids,
      array(select m.user_id from trip_members m where m.trip_id = r.trip_id) as members
    from ranking_events r join users u on u.id = r.user_id
    where u.email like ${SHADOW_EMAIL_PATTERN} and r.surface = 'itinerary' and r.occurred_at >= ${cut!.at}
    order by r.occurred_at, r.id limit ${MOST_EVENTS}`

  const random = randomStream("quality", seed)
  const hits = {
    oracle: new Map<string, [number, number]>(),
    popularity: new Map<string, [number, number]>(),
    random: new Map<string, [number, number]>()
  }
  for (const event of held) {
    const taste = Array.from({ length: 64 }, (_, k) =>
      event.members.reduce((sum, id) => sum + (tastes.get(id)?.[k] ?? 0), 0)
    )
    const affinity = new Map(
      event.candidate_ids.map((id) => [id, vibes.get(id)!.reduce((sum, x, k) => sum + x * taste[k]!, 0)])
    )
    const noise = new Map(event.candidate_ids.map((id) => [id, random()]))
    const others = event.candidate_ids.filter((id) => !event.selected_ids.includes(id))
    for (const chosen of event.selected_ids) {
      for (const [name, score] of [
        ["oracle", (id: string) => affinity.get(id)!],
        ["popularity", (id: string) => popularity.get(id) ?? 0],
        ["random", (id: string) => noise.get(id)!]
      ] as const) {
        const mine = hits[name].get(event.user_id) ?? [0, 0]
        hits[name].set(event.user_id, [mine[0] + hit(score, chosen, others), mine[1] + 1])
      }
    }
  }
  const of = (name: keyof typeof hits) => intervalOf(random, [...hits[name].values()])
  const [oracle, popular, chance] = [of("oracle"), of("popularity"), of("random")]
  return {
    oracle,
    popularity: popular,
    random: chance,
    choices: held.reduce((sum, event) => sum + event.selected_ids.length, 0),
    users: hits.oracle.size,
    sound: oracle.low > popular.high && popular.low > chance.high && oracle.hr5 < TOO_GOOD
  } satisfies SignalQuality
})
