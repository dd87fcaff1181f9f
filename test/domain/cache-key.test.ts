import { assert, describe, it } from "@effect/vitest"
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import { COARSE_DAY_PARTS, coarseDayPart, rankingKey } from "../../src/domain/cache-key.ts"
import type { NodeId } from "../../src/domain/ids.ts"
import { archetypeOf } from "../../src/domain/persona/archetype.ts"
import { INTERESTS } from "../../src/domain/persona/interests.ts"
import type { RankRequest } from "../../src/domain/ranking.ts"
import { DAY_PARTS } from "../../src/domain/time/day-part.ts"
import { fc } from "../support/properties.ts"
import { traveler } from "./rankers/fixtures.ts"

const node = (n: number) => uuidOfName("must", `${n}`) as NodeId

/** Everything that matters, as plain values; two questions are the same when these are equal. */
const question = fc.record({
  interests: fc.array(fc.constantFrom(...INTERESTS), { minLength: 1, maxLength: 3 }),
  budget: fc.constantFrom("low", "mid", "high"),
  pace: fc.constantFrom("leisurely", "moderate", "packed"),
  dayPart: fc.option(fc.constantFrom(...DAY_PARTS), { nil: undefined }),
  day: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
  city: fc.constantFrom("seattle", "new-york", "a|b", "a"),
  catalog: fc.integer({ min: 1, max: 3 }),
  model: fc.constantFrom("llm_ranker:one", "llm_ranker:two", "x|catalog1"),
  weather: fc.constantFrom("clear", "rain", "heat"),
  must: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  avoid: fc.uniqueArray(fc.constantFrom("crowds", "stairs", "crowds|stairs"), { maxLength: 2 })
})
type Question = typeof question extends fc.Arbitrary<infer A> ? A : never

/** What ought to make a difference, spelled out without any help of the code under test. */
const meaning = (q: Question) =>
  JSON.stringify([
    archetypeOf(traveler("x", q.interests[0]!).dimensions),
    q.interests.map((interest) => archetypeOf(traveler("x", interest).dimensions)).sort(),
    q.budget,
    q.pace,
    q.dayPart === undefined ? null : coarseDayPart(q.dayPart),
    q.day === undefined ? null : Math.min(q.day, 5),
    q.city,
    q.catalog,
    q.model,
    q.weather,
    [...q.must].sort(),
    [...q.avoid].sort()
  ])

const keyOf = (q: Question, noise = 0) =>
  rankingKey(
    {
      members: q.interests.map((interest, i) =>
        traveler(`person-${noise}-${i}`, interest, { signalCount: (noise * 7) % 50 })
      ),
      context: {
        surface: noise % 2 === 0 ? "itinerary" : "swap",
        city: q.city,
        catalogVersion: q.catalog,
        groupSize: q.interests.length,
        requestId: `request-${noise}`,
        weather: q.weather,
        constraints: {
          budget: q.budget,
          pace: q.pace,
          must: (noise % 2 === 0 ? q.must : q.must.toReversed()).map(node),
          avoid: (noise % 2 === 0 ? q.avoid : q.avoid.toReversed().map((w) => ` ${w.toUpperCase()}`)) as Array<string>,
          ...(noise % 2 === 0 ? {} : { day_start: "09:00" })
        },
        ...(q.dayPart === undefined ? {} : { dayPart: q.dayPart }),
        ...(q.day === undefined ? {} : { dayOfTrip: q.day, tripDays: 14 + noise })
      } as RankRequest["context"]
    },
    q.model
  )

describe("the key of a ranking", () => {
  it("is the same exactly when everything that matters is the same", () => {
    fc.assert(
      fc.property(question, question, (a, b) => {
        assert.strictEqual(keyOf(a) === keyOf(b), meaning(a) === meaning(b))
      }),
      { numRuns: 3_000 }
    )
  })

  it("differs when one thing that matters differs", () => {
    fc.assert(
      fc.property(
        question,
        question,
        fc.constantFrom<keyof Question>(
          "budget",
          "pace",
          "dayPart",
          "day",
          "city",
          "catalog",
          "model",
          "weather",
          "must",
          "avoid",
          "interests"
        ),
        (a, b, field) => {
          const changed = { ...a, [field]: b[field] }
          assert.strictEqual(keyOf(a) === keyOf(changed), meaning(a) === meaning(changed))
        }
      ),
      { numRuns: 3_000 }
    )
  })

  it("does not care who asks, for which trip, on which surface, or in which order things are written", () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 1_000 }), (q, noise) => {
        assert.strictEqual(keyOf(q, noise), keyOf(q))
      }),
      { numRuns: 500 }
    )
  })

  it("holds nothing that leads to a person", () => {
    const member = traveler("somebody")
    const key = rankingKey(
      { members: [member], context: { surface: "itinerary", city: "seattle", catalogVersion: 1, groupSize: 1 } },
      "m"
    )
    assert.notInclude(key, member.user_id)
    assert.strictEqual(new Set(DAY_PARTS.map(coarseDayPart)).size, COARSE_DAY_PARTS.length)
  })
})
