import { assert, describe, it } from "@effect/vitest"
import { CATEGORIES } from "../../../src/domain/catalog/category.ts"
import { cosine, explain, tagVector, vibeEmbedding } from "../../../src/domain/catalog/embedding.ts"
import { ARCHETYPES, archetypeOf, typicalOf } from "../../../src/domain/persona/archetype.ts"
import {
  defaultDimensions,
  dimensionRows,
  dimensionsOfRows,
  readDimensions,
  readSeed
} from "../../../src/domain/persona/dimensions.ts"
import { encodePersona, vibeQuery } from "../../../src/domain/persona/encode.ts"
import { INTERESTS, interestOf } from "../../../src/domain/persona/interests.ts"
import { personaFromOnboarding, personaText } from "../../../src/domain/persona/onboarding.ts"
import { withTrips } from "../../../src/domain/persona/trips.ts"
import { type Evidence, strengthOf, updatePersona } from "../../../src/domain/persona/update.ts"
import { fc } from "../../support/properties.ts"

const length = (v: ArrayLike<number>) => Math.sqrt(Array.from(v).reduce((sum, x) => sum + x * x, 0))
const tastes = (v: ArrayLike<number>) => explain(v, 6).map(({ tag }) => tag)
const encode = (dimensions = defaultDimensions()) => encodePersona({ dimensions, sequence: [], signalCount: 0 })

describe("trips that came to their end", () => {
  it("make somebody more travelled, and never less than they said", () => {
    const after = (ended: number) => withTrips(defaultDimensions(), ended).trip_count.value
    assert.deepStrictEqual([0, 1, 2, 3, 9].map(after), ["first_trip", "returning", "returning", "frequent", "frequent"])
    const stated = defaultDimensions()
    const frequent = { ...stated, trip_count: { value: "frequent", confidence: 1, source: "onboarding" } as const }
    assert.strictEqual(withTrips(frequent, 1), frequent)
  })
})

describe("onboarding", () => {
  it("hears words, not only tags", () => {
    const { dimensions, unknown } = personaFromOnboarding({ tags: { food: ["ramen", "coffee"], pace: "slow" } })
    assert.deepStrictEqual(dimensions.pace_preference, { value: "leisurely", confidence: 1, source: "onboarding" })
    assert.deepStrictEqual(dimensions.primary_interest, { value: "food", confidence: 0.6, source: "onboarding" })
    assert.includeMembers(tastes(dimensions.category_affinities.value), ["specialty_coffee", "comfort_food"])
    assert.deepStrictEqual(unknown, [])
  })

  it("says which words meant nothing, and goes on", () => {
    const { dimensions, unknown } = personaFromOnboarding({
      tags: { pace: "warp speed", likes: ["hiking", "qwertz"] },
      interests: ["wellness"]
    })
    assert.deepStrictEqual(unknown, ["pace: warp speed", "qwertz"])
    assert.strictEqual(dimensions.pace_preference.source, "default")
    assert.include(tastes(dimensions.category_affinities.value), "hiking")
  })

  it("lends an introvert quiet places and an extrovert lively ones", () => {
    const of = (personality: number) =>
      personaFromOnboarding({ tags: { food: ["seafood"] }, personality }).dimensions.category_affinities.value
    assert.isAbove(cosine(of(0), tagVector("quiet")), cosine(of(1), tagVector("quiet")))
    assert.isAbove(cosine(of(1), tagVector("lively")), cosine(of(0), tagVector("lively")))
  })

  it("lets interests and a personality alone lean a taste that is there, and makes it anew of likes", () => {
    const learnt = personaFromOnboarding({ tags: { likes: ["ramen", "live music", "bookshops"] } }).dimensions
    const before = { ...learnt, category_affinities: { ...learnt.category_affinities, source: "signals" as const } }
    const taste = (said: Parameters<typeof personaFromOnboarding>[0]) =>
      personaFromOnboarding(said, before).dimensions.category_affinities
    const leant = taste({ tags: { pace: "slow" }, interests: ["outdoors"], personality: 0.15 })
    assert.strictEqual(leant.source, "signals")
    assert.isAbove(cosine(leant.value, before.category_affinities.value), 0.7)
    assert.isAbove(
      cosine(leant.value, tagVector("hiking")),
      cosine(before.category_affinities.value, tagVector("hiking"))
    )
    assert.isAtMost(length(leant.value), length(before.category_affinities.value) + 1e-9)
    const anew = taste({ tags: { likes: ["hiking"] }, interests: ["outdoors"] })
    assert.strictEqual(anew.source, "onboarding")
    assert.isBelow(
      cosine(anew.value, before.category_affinities.value),
      cosine(leant.value, before.category_affinities.value)
    )
  })

  it("makes a usable persona of nothing", () => {
    const { dimensions } = personaFromOnboarding({ tags: {} })
    assert.closeTo(length(encode(dimensions)), 1, 1e-6)
    assert.closeTo(length(vibeQuery(encode(dimensions))), 1, 1e-6)
    assert.strictEqual(personaText(dimensions, []), "nothing known yet")
  })
})

describe("dimensions", () => {
  it("come back from their rows unchanged", () => {
    const { dimensions } = personaFromOnboarding({ tags: { food: ["ramen"], budget: "low", openness: "adventurous" } })
    const read = dimensionsOfRows(dimensionRows(dimensions))
    assert.deepStrictEqual(read, { dimensions, warnings: [] })
  })

  it("maps the words of older generators, with the confidence they deserve", () => {
    const { dimensions, warnings } = readSeed({
      pace_preference: "slow",
      social_mode: "solo_or_couple",
      budget_sensitivity: { value: "flexible", confidence: 0.9 },
      trip_count: 3
    })
    assert.deepInclude(dimensions.pace_preference, { value: "leisurely", confidence: 1 })
    assert.deepInclude(dimensions.social_mode, { value: "solo", confidence: 0.5 })
    assert.deepInclude(dimensions.budget_sensitivity, { value: "mid", confidence: 0.5 })
    assert.deepInclude(dimensions.trip_count, { value: "returning", confidence: 1 })
    assert.deepInclude(readSeed({ social_mode: "solo_or_group" }).dimensions.social_mode, {
      value: "solo",
      confidence: 0.5
    })
    assert.deepStrictEqual(warnings, [])
  })

  it("puts what it cannot read at the default, with a warning and little confidence", () => {
    const { dimensions, warnings } = readDimensions({
      pace_preference: { value: "sideways" },
      cuisine_openness: { value: "7" },
      category_affinities: { value: "[1,2" }
    })
    assert.deepStrictEqual(dimensions, defaultDimensions())
    assert.deepStrictEqual(
      warnings.map((warning) => warning.dimension),
      ["pace_preference", "cuisine_openness", "category_affinities"]
    )
    for (const seed of [null, 7, "x", [], { pace_preference: null }]) {
      assert.deepStrictEqual(readSeed(seed).dimensions, defaultDimensions())
    }
  })
})

describe("archetypes", () => {
  it("are three, each reached, and the typical traveler of each is one of them", () => {
    for (const category of CATEGORIES) assert.include(INTERESTS, interestOf(category), category)
    assert.strictEqual(ARCHETYPES.length, 3)
    assert.deepStrictEqual(new Set(INTERESTS.map((i) => archetypeOf(defaultDimensions(i)))), new Set(ARCHETYPES))
    for (const archetype of ARCHETYPES) {
      assert.strictEqual(archetypeOf(typicalOf(archetype, defaultDimensions("shopping"))), archetype)
    }
  })
})

describe("encoding", () => {
  it("gives a unit vector, bit for bit the same each time, that explains the taste", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ accepted: fc.boolean(), category: fc.constantFrom("cafe", "park", "museum") })),
        fc.constantFrom(...INTERESTS),
        fc.nat(300),
        (items, interest, signalCount) => {
          const input = {
            dimensions: defaultDimensions(interest),
            sequence: items.map((item, at) => ({ ...item, node_id: `${at}`, at }) as never),
            signalCount
          }
          const vector = encodePersona(input)
          assert.strictEqual(vector.length, 128)
          assert.isTrue(vector.every(Number.isFinite))
          assert.closeTo(length(vector), 1, 1e-5)
          assert.deepStrictEqual(encodePersona(input), vector)
        }
      ),
      { numRuns: 60 }
    )
  })

  it("tells travelers apart by how they travel, not by taste alone", () => {
    const { dimensions } = personaFromOnboarding({ tags: { food: ["ramen"], pace: "slow", social: "family" } })
    const other = personaFromOnboarding({ tags: { food: ["ramen"], pace: "packed", social: "friends" } }).dimensions
    assert.isBelow(
      encode(dimensions).reduce((sum, x, i) => sum + x * encode(other)[i]!, 0),
      0.97
    )
  })
})

const DAY = 86_400_000
const now = 400 * DAY
const cafe = vibeEmbedding({ specialty_coffee: 1, quiet: 0.5 })
const signal = (more: Partial<Evidence> = {}): Evidence => ({
  signal_type: "slot_accept",
  weight: 1,
  occurred_at: now,
  node: { id: "cafe-1", category: "cafe", price_tier: 1, vibe: cafe },
  ...more
})
const liking = (evidence: Evidence, signalCount = 0) => {
  const before = defaultDimensions()
  const after = updatePersona(before, evidence, { signalCount, now }).dimensions
  const at = (d: typeof before) => d.category_affinities.value.reduce((sum, x, i) => sum + x * cafe[i]!, 0)
  return at(after) - at(before)
}

describe("learning from a signal", () => {
  it("moves the taste towards what was accepted and away from what was passed", () => {
    assert.isAbove(liking(signal()), 0.05)
    assert.isBelow(liking(signal({ signal_type: "slot_skip" })), -0.05)
    assert.strictEqual(liking(signal({ signal_type: "slot_view" })), 0)
    assert.strictEqual(liking(signal({ signal_type: "pivot_ignore" })), 0)
  })

  it("takes a fast skip for a strong no", () => {
    const skip = (time_to_action_ms: number) => liking(signal({ signal_type: "slot_skip", time_to_action_ms }))
    assert.isBelow(skip(800), skip(6_000))
    assert.isBelow(skip(6_000), skip(60_000))
    assert.strictEqual(strengthOf({ signal_type: "slot_accept", time_to_action_ms: 10 }), 1)
  })

  it("listens less to old signals, to backfilled ones, and to each one when the taste is known", () => {
    const fresh = liking(signal())
    assert.isBelow(liking(signal({ occurred_at: now - 200 * DAY })), fresh / 2)
    assert.isBelow(liking(signal({ weight: 0.3 })), fresh / 2)
    assert.isBelow(liking(signal(), 60), fresh / 2)
    assert.isAbove(liking(signal(), 5_000), 0)
  })

  it("reads a rating from both ends", () => {
    const rated = (rating: number) => liking(signal({ signal_type: "post_trip_rating", rating }))
    assert.isAbove(rated(5), 0)
    assert.isBelow(rated(1), 0)
    assert.strictEqual(rated(3), 0)
  })

  it("says which tags moved, from where to where, and because of what", () => {
    const { changes } = updatePersona(
      defaultDimensions(),
      signal({ signal_type: "slot_skip", time_to_action_ms: 900 }),
      { signalCount: 3, now }
    )
    const coffee = changes.find((change) => change.tag === "specialty_coffee")!
    assert.isBelow(coffee.to as number, coffee.from as number)
    assert.strictEqual(coffee.because, "slot_skip of cafe-1 after 0.9 s")
  })

  it("gives up a guessed interest that the traveler contradicts, and doubts a stated one slowly", () => {
    let guessed = defaultDimensions("culture")
    let stated = personaFromOnboarding({ tags: { primary_interest: "culture" } }).dimensions
    for (let i = 0; i < 8; i++) {
      guessed = updatePersona(guessed, signal(), { signalCount: i, now }).dimensions
      stated = updatePersona(stated, signal(), { signalCount: i, now }).dimensions
    }
    assert.deepInclude(guessed.primary_interest, { value: "food", source: "signals" })
    assert.strictEqual(stated.primary_interest.value, "culture")
    assert.isBelow(stated.primary_interest.confidence, 1)
  })

  it("never leaves the unit ball, whatever comes", () => {
    const types = ["slot_accept", "slot_skip", "thumbs_up", "thumbs_down", "post_trip_rating"] as const
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...types), fc.integer({ min: 1, max: 5 })), { maxLength: 80 }),
        (all) => {
          let dimensions = defaultDimensions()
          all.forEach(([signal_type, rating], signalCount) => {
            dimensions = updatePersona(dimensions, signal({ signal_type, rating }), { signalCount, now }).dimensions
          })
          assert.isAtMost(length(dimensions.category_affinities.value), 1 + 1e-6)
          for (const { confidence } of Object.values(dimensions)) assert.isTrue(confidence >= 0 && confidence <= 1)
        }
      ),
      { numRuns: 50 }
    )
  })
})
