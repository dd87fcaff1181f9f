/** Match events: how alike two people (or somebody and a group) are, and whether it went well. */

import { hash128, uuidOfName } from "../../domain/basics/hash.ts"
import { gaussian, logistic, randomStream, shuffled, whole } from "../../domain/basics/random.ts"
import { MATCH_FEATURES, type MatchFeatures, matchFeatures } from "../../domain/companions/features.ts"
import type { Person } from "../../layers/postgres/match-people.ts"
import type { MatchType } from "../../services/match-data.ts"

export interface MatchEvent extends MatchFeatures {
  readonly event_id: string
  /** Who was matched, in a fixed order: the same people are the same pair. */
  readonly pair: string
  readonly members: ReadonlyArray<string>
  readonly match_type: MatchType
  readonly source: "synthetic" | "real"
  readonly outcome: 0 | 1
}

/** An event as it leaves the system: whom it is of, said in names of that file alone, and on which side its pair is. */
export interface PublishedMatch extends MatchEvent {
  readonly validates: boolean
}

/** What makes a match work, in units of the noise; pairs are about as often good as bad. */
const WORTH: MatchFeatures = {
  interest_score: 5.5,
  age_score: 2,
  personality_score: 2.8,
  pace_score: 1.5,
  budget_score: 1.6,
  time_score: 1.1,
  location_overlap: 0.5
}
const CHANCE = 0.4
/** Of all pairs that there are: the last ones are hardly ever drawn by chance. */
const MOST_OF_PAIRS = 0.9
const LEAST_GROUP = 3
const MOST_GROUP = 5

const compatibility = (features: MatchFeatures): number =>
  MATCH_FEATURES.reduce((sum, name) => sum + WORTH[name] * features[name], 0)

export const pairOf = (ids: ReadonlyArray<string>): string => [...ids].sort().join("+")

/** Distinct matches; each half of them by chance and among people with an interest in common, as a matching desk would. */
export const syntheticMatches = (
  people: ReadonlyArray<Person>,
  request: { readonly count: number; readonly type: MatchType; readonly seed: number }
): ReadonlyArray<MatchEvent> => {
  const random = randomStream("matches", request.seed, request.type)
  const drawn = new Map<string, ReadonlyArray<Person>>()
  const most = Math.max(0, (people.length * (people.length - 1)) / 2)
  const byInterest = Map.groupBy(people, (one) => one.dimensions.primary_interest.value)
  const wanted = request.type === "solo" ? Math.min(request.count, Math.ceil(MOST_OF_PAIRS * most)) : request.count
  for (let tries = 0; drawn.size < wanted && tries < wanted * 20; tries++) {
    const size = request.type === "solo" ? 2 : whole(random, LEAST_GROUP, MOST_GROUP)
    const first = people[Math.floor(random() * people.length)]
    if (first === undefined || most === 0) break
    const among = random() < 0.5 ? people : (byInterest.get(first.dimensions.primary_interest.value) ?? people)
    const chosen = new Set([first])
    for (const other of shuffled(random, among.length > 40 ? sampleOf(random, among) : among)) {
      if (chosen.size === size) break
      chosen.add(other)
    }
    if (chosen.size < size) continue
    const members = [...chosen]
    drawn.set(pairOf(members.map((one) => one.id)), members)
  }
  const matches = [...drawn].map(([pair, members]) => ({ pair, members, features: matchFeatures(members) }))
  const worth = matches.map(({ features }) => compatibility(features))
  const middle = [...worth].sort((a, b) => a - b)[Math.floor(worth.length / 2)] ?? 0
  return matches.map(({ pair, members, features }, i): MatchEvent => {
    const felt = worth[i]! - middle + CHANCE * gaussian(random)
    return {
      event_id: uuidOfName("overplanned/match", String(request.seed), request.type, pair),
      pair,
      members: members.map((one) => one.id),
      match_type: request.type,
      source: "synthetic",
      ...features,
      outcome: random() < logistic(felt) ? 1 : 0
    }
  })
}

const sampleOf = (random: () => number, people: ReadonlyArray<Person>): ReadonlyArray<Person> =>
  Array.from({ length: 12 }, () => people[Math.floor(random() * people.length)]!)

/** One pair in five validates; the same pair always does. */
export const validates = (pair: string): boolean => Number.parseInt(hash128(`match ${pair}`).slice(0, 8), 16) % 5 === 0
