import { assert, describe, it } from "@effect/vitest"
import { vibeEmbedding } from "../../../src/domain/catalog/embedding.ts"
import { affinityFrom, affinityOf } from "../../../src/domain/group/affinity.ts"
import { fairnessOf } from "../../../src/domain/group/fairness.ts"
import { type GroupMethod, groupScores } from "../../../src/domain/group/methods.ts"
import { explainPackage, groupPackage } from "../../../src/domain/group/package.ts"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { randomOf } from "../../support/generated-city.ts"
import { fc } from "../../support/properties.ts"

const METHODS: ReadonlyArray<GroupMethod> = ["averaging", "least_misery", "envy_greedy", "gfar", "proportional"]

const matrices = fc
  .record({ members: fc.integer({ min: 2, max: 8 }), candidates: fc.integer({ min: 3, max: 60 }), seed: fc.nat(1e6) })
  .map(({ members, candidates, seed }) => {
    const random = randomOf(seed)
    return affinityFrom(
      Array.from({ length: candidates }, (_, i) => i * 3),
      Array.from({ length: members }, () => {
        const loud = random() * 5
        return Array.from({ length: candidates }, () => loud * random())
      })
    )
  })

const opposites = [
  vibeEmbedding({ live_music: 1, dancing: 0.9, late_night: 0.8, cocktails: 0.7 }),
  vibeEmbedding({ serene: 1, gardens: 0.9, history: 0.8, quiet: 0.7 })
]

describe("group methods", () => {
  it("score every candidate once, with a finite number", () => {
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 20 }), (affinity, size) => {
        for (const method of METHODS) {
          const scores = groupScores(affinity, size, method)
          assert.lengthOf(scores, affinity.indexes.length)
          assert.isTrue(scores.every(Number.isFinite))
          const { scores: ranked } = groupPackage(affinity, size, method)
          assert.deepEqual(
            ranked.map((s) => s.index).sort((a, b) => a - b),
            [...affinity.indexes]
          )
        }
      }),
      { numRuns: 60 }
    )
  })

  it("do not hear the loudest: scaling one member's likings changes nothing for the chosen method", () => {
    fc.assert(
      fc.property(matrices, (affinity) => {
        const n = affinity.indexes.length
        const rows = Array.from({ length: affinity.members }, (_, m) => affinity.raw.slice(m * n, m * n + n))
        const louder = affinityFrom(
          affinity.indexes,
          rows.map((row, m) => (m === 0 ? row.map((x) => x * 8) : row))
        )
        const order = (of: typeof affinity) => groupPackage(of, 6).scores.map((s) => s.index)
        assert.deepEqual(order(louder), order(affinity))
      }),
      { numRuns: 60 }
    )
  })

  it("give the same to members who swap places", () => {
    fc.assert(
      fc.property(matrices, (affinity) => {
        const n = affinity.indexes.length
        const rows = Array.from({ length: affinity.members }, (_, m) => affinity.raw.slice(m * n, m * n + n))
        const chosen = Array.from({ length: Math.min(5, n) }, (_, i) => i)
        const forward = fairnessOf(affinity, chosen)
        const backward = fairnessOf(affinityFrom(affinity.indexes, rows.reverse()), chosen)
        assert.approximately(forward.leastSatisfaction, backward.leastSatisfaction, 1e-6)
        assert.strictEqual(forward.proportionality, backward.proportionality)
        assert.strictEqual(forward.envyFreeness, backward.envyFreeness)
      }),
      { numRuns: 60 }
    )
  })
})

describe("a pair with opposite tastes", () => {
  it("finds both of them on each day, in every city, and is told what each got", () => {
    for (const city of curatedCities()) {
      const affinity = affinityOf(
        city.matrix,
        city.nodes.map((_, index) => index),
        opposites
      )
      const group = groupPackage(affinity, 18)
      const out = assemble({
        catalog: city,
        travel: city.travel,
        scores: group.scores.slice(0, 200),
        days: city.tripDays("2026-05-01", 3),
        constraints: {},
        vetoes: [],
        orientations: [],
        locked: [],
        coverage: group.coverage,
        seed: 1
      })
      assert.isFalse(out.relaxations.some((r) => r.constraint === "fair_share"))
      for (const day of [1, 2, 3]) {
        const mask = out.stops.filter((s) => s.day === day).reduce((m, s) => m | group.coverage.serves(s.index), 0)
        assert.strictEqual(mask, 3, `${city.city.slug}, day ${day}`)
      }
      const told = explainPackage(
        city,
        affinity,
        out.stops.map((s) => s.index)
      )
      assert.deepEqual(
        told.map((one) => one.member),
        [0, 1]
      )
      for (const one of told) {
        assert.isAtLeast(one.node_ids.length, 3)
        assert.match(one.message, /^\d+ of \d+ stops are among your favourites, such as /)
      }
    }
  })

  it("says so where a day has nothing for one of them", () => {
    const city = curatedCities()[0]!
    const out = assemble({
      catalog: city,
      travel: city.travel,
      scores: city.nodes.map((_, index) => ({ index, score: 1 })),
      days: city.tripDays("2026-05-01", 1),
      constraints: {},
      vetoes: [],
      orientations: [],
      locked: [],
      coverage: { members: 2, serves: () => 1, owns: () => 1 },
      seed: 1
    })
    assert.isTrue(out.relaxations.some((r) => r.constraint === "fair_share"))
  })
})
