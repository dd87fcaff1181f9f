/** Why two people are said to go together: what the simplest of learners makes of their features. */
import * as Effect from "effect/Effect"
import { MATCH_FEATURES, matchFeatures } from "../../domain/companions/features.ts"
import { type Person, readPeople, wholenessOf } from "../../layers/postgres/match-people.ts"
import { type MatchExplanation, MatchRefused } from "../../services/match-data.ts"
import { type MatchEvent, syntheticMatches } from "./events.ts"
import { fitLogistic } from "./logistic.ts"

/** Matches that the score is learnt from: the same for the same people, whoever asks. */
const LEARNT_FROM = 1_000
const LEAST_MATCHES = 50
const SEED = 1

const vectorOf = (event: Pick<MatchEvent, (typeof MATCH_FEATURES)[number]>) => MATCH_FEATURES.map((name) => event[name])

const named = Effect.fnUntraced(function* (people: ReadonlyArray<Person>, id: string, now: number) {
  const found = people.find((one) => one.id === id)
  if (found !== undefined) return found
  const [known] = yield* wholenessOf(now, id)
  return yield* new MatchRefused({
    message:
      known === undefined
        ? `There is no person ${id}.`
        : `${id} cannot be matched: ${known.missing.join(", ")} ${known.missing.length === 1 ? "is" : "are"} missing.`
  })
})

export const explainMatch = Effect.fnUntraced(function* (one: string, other: string, now: number) {
  if (one === other) return yield* new MatchRefused({ message: "Somebody is no match of their own: name two people." })
  const { people } = yield* readPeople(now)
  const pair = [yield* named(people, one, now), yield* named(people, other, now)]
  const features = vectorOf(matchFeatures(pair))
  const matches = syntheticMatches(people, { count: LEARNT_FROM, type: "solo", seed: SEED })
  if (matches.length < LEAST_MATCHES) {
    return yield* new MatchRefused({
      message: `${people.length} people are whole, and ${matches.length} matches among them are too few to learn a score from; at least ${LEAST_MATCHES} are needed. Their features: ${MATCH_FEATURES.map((name, k) => `${name} ${features[k]}`).join(", ")}.`
    })
  }
  const learnt = fitLogistic(
    matches.map(vectorOf),
    matches.map((match) => match.outcome)
  )
  const contributions = learnt.contributions(features)
  return {
    features: MATCH_FEATURES.map((name, k) => ({
      name,
      value: features[k]!,
      usual: learnt.means[k]!,
      contribution: contributions[k]!
    })),
    base: learnt.base,
    score: learnt.predict(features),
    learnt_from: matches.length
  } satisfies MatchExplanation
})
