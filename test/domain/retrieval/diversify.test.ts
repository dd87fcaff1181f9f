import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { assembleNode } from "../../../src/domain/catalog/assemble.ts"
import type { CityCatalog } from "../../../src/domain/catalog/city-catalog.ts"
import type { CityFile } from "../../../src/domain/catalog/city-file.ts"
import { cityIdOf } from "../../../src/domain/catalog/node.ts"
import { residentCatalog } from "../../../src/domain/catalog/resident-catalog.ts"
import { VIBE_TAGS } from "../../../src/domain/catalog/taxonomy.ts"
import { millisAt } from "../../../src/domain/itinerary/rules.ts"
import { CANDIDATES, type DiversifyRequest, diversify } from "../../../src/domain/retrieval/diversify.ts"
import { generateCity, pick, randomOf } from "../../support/generated-city.ts"
import { fc } from "../../support/properties.ts"

const likeTo = (city: CityCatalog, taste: (index: number) => number) =>
  city.nodes.map((_, index) => ({ index, similarity: taste(index) }))

const requestFor = (city: CityCatalog, more: Partial<DiversifyRequest> = {}): DiversifyRequest => ({
  catalog: city,
  neighbours: [],
  constraints: {},
  vetoes: [],
  days: [],
  hours: { from: 540, to: 1320 },
  ...more
})

/** A city, a taste, and a trip with vetoes and dislikes, all from one seed. */
const situation = (seed: number) => {
  const random = randomOf(seed)
  const generated = generateCity(seed, { nodes: 5 + Math.floor(random() * 400), unknown: random() })
  const gone = new Set(generated.nodes.map((_, i) => i).filter(() => random() < 0.05))
  const city: CityCatalog = { ...generated, retired: (index) => gone.has(index) }
  const from = 360 + 30 * Math.floor(random() * 24)
  return requestFor(city, {
    neighbours: likeTo(city, () => Math.round(random() * 100) / 100).filter(() => random() < 0.9),
    limit: 1 + Math.floor(random() * 250),
    constraints: { avoid: [pick(random, VIBE_TAGS)] },
    vetoes: [
      { node_ids: city.nodes.filter(() => random() < 0.03).map((node) => node.id), tags: [] },
      { node_ids: [], tags: random() < 0.5 ? [pick(random, VIBE_TAGS)] : [] }
    ],
    days: generated.tripDays("2026-05-04", Math.floor(random() * 4)),
    hours: { from, to: from + 60 + 30 * Math.floor(random() * 20) }
  })
}

/** Which places may be offered, worked out minute by minute. */
const allowed = (request: DiversifyRequest): ReadonlyArray<number> => {
  const { catalog, constraints, vetoes, days, hours } = request
  const tags = [...(constraints.avoid ?? []), ...vetoes.flatMap((veto) => veto.tags)]
  const ids: ReadonlyArray<string> = vetoes.flatMap((veto) => veto.node_ids)
  const openForAWhile = (index: number) =>
    days.some((day) => {
      let run = 0
      for (let minute = hours.from; minute < hours.to; minute++) {
        run = catalog.openAt(index, millisAt(day, minute)) === "closed" ? 0 : run + 1
        if (run >= 15) return true
      }
      return false
    })
  return request.neighbours
    .map(({ index }) => index)
    .filter((index) => {
      const node = catalog.nodes[index]!
      if (catalog.retired(index) || ids.includes(node.id)) return false
      if (node.vibe_tags.some((tag) => tags.includes(tag))) return false
      return days.length === 0 || openForAWhile(index)
    })
}

const seeds = fc.integer({ min: 0, max: 1_000_000 })

const counts = (values: ReadonlyArray<string>) => Map.groupBy(values, (value) => value)

describe("diversifying candidates", () => {
  it("offers only what may be offered, each place once, and as many as there are up to the limit", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const request = situation(seed)
        const may = new Set(allowed(request))
        const { candidates } = diversify(request)
        assert.strictEqual(new Set(candidates.map((candidate) => candidate.index)).size, candidates.length)
        for (const { index, node } of candidates) {
          assert.isTrue(may.has(index), node.name)
          assert.strictEqual(node, request.catalog.nodes[index])
        }
        assert.strictEqual(candidates.length, Math.min(request.limit!, may.size))
      }),
      { numRuns: 60 }
    )
  })

  it("does not depend on the order of the neighbours, nor on one that comes twice", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const request = situation(seed)
        const random = randomOf(seed + 1)
        const shuffled = request.neighbours
          .flatMap((neighbour) => (random() < 0.2 ? [neighbour, { ...neighbour, similarity: -1 }] : [neighbour]))
          .map((neighbour) => ({ neighbour, at: random() }))
          .sort((a, b) => a.at - b.at)
          .map(({ neighbour }) => neighbour)
        assert.deepStrictEqual(diversify({ ...request, neighbours: shuffled }), diversify(request))
      }),
      { numRuns: 40 }
    )
  })

  it("does not depend on the scale of the similarities", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const request = situation(seed)
        // Powers of two, so that no rounding decides between equals.
        const narrow = request.neighbours.map(({ index, similarity }) => ({ index, similarity: similarity / 16 }))
        assert.deepStrictEqual(
          diversify({ ...request, neighbours: narrow }).candidates.map(({ index }) => index),
          diversify(request).candidates.map(({ index }) => index)
        )
      }),
      { numRuns: 40 }
    )
  })

  it("agrees with its definition, computed the slow way", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const request = { ...situation(seed), days: [], limit: 50 }
        const may = new Set(allowed(request))
        const left = request.neighbours
          .filter(({ index }) => may.has(index))
          .sort((a, b) => b.similarity - a.similarity || a.index - b.index)
        const best = left[0]?.similarity ?? 0
        const reach = best - (left[Math.min(50, left.length) - 1]?.similarity ?? 0) || 1
        const picked: Array<number> = []
        for (const capped of [true, false]) {
          for (;;) {
            let found: { readonly index: number; readonly value: number } | undefined
            for (const { index, similarity } of left) {
              if (picked.length === 50 || picked.includes(index)) continue
              const { category, neighbourhood } = request.catalog.nodes[index]!
              const before = picked.map((other) => request.catalog.nodes[other]!)
              const ofCategory = before.filter((node) => node.category === category).length / 12
              const ofNeighbourhood = before.filter((node) => node.neighbourhood === neighbourhood).length / 17
              if (capped && (ofCategory >= 1 || ofNeighbourhood >= 1)) continue
              const value = (similarity - best) / reach - 1 * ofCategory - 0.5 * ofNeighbourhood
              if (found === undefined || value > found.value) found = { index, value }
            }
            if (found === undefined) break
            picked.push(found.index)
          }
        }
        assert.deepStrictEqual(
          diversify(request).candidates.map(({ index }) => index),
          picked
        )
      }),
      { numRuns: 15 }
    )
  })

  it("begins with the most similar place, and within a category of a neighbourhood never passes over a nearer one", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const request = situation(seed)
        const may = new Set(allowed(request))
        const { candidates } = diversify(request)
        const picked = new Set(candidates.map(({ index }) => index))
        const eligible = request.neighbours.filter(({ index }) => may.has(index))
        const best = Math.max(...eligible.map(({ similarity }) => similarity))
        if (candidates.length > 0) assert.strictEqual(candidates[0]!.similarity, best)
        const groupOf = (index: number) => {
          const { category, neighbourhood } = request.catalog.nodes[index]!
          return `${category}/${neighbourhood}`
        }
        for (const { index, similarity } of eligible) {
          if (picked.has(index)) continue
          for (const candidate of candidates) {
            if (groupOf(candidate.index) === groupOf(index)) assert.isAtLeast(candidate.similarity, similarity)
          }
        }
      }),
      { numRuns: 40 }
    )
  })

  it("gives no category more than a quarter and no neighbourhood more than a third while anything else is left", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const request = { ...situation(seed), limit: 60 }
        const { candidates } = diversify(request)
        const picked = new Set(candidates.map(({ index }) => index))
        const having = (key: "category" | "neighbourhood", least: number) =>
          new Set(
            [...counts(candidates.map(({ node }) => node[key]))]
              .filter(([, of]) => of.length >= least)
              .map(([name]) => name)
          )
        if (having("category", 16).size + having("neighbourhood", 21).size === 0) return
        const fullCategories = having("category", 15)
        const fullNeighbourhoods = having("neighbourhood", 20)
        for (const index of allowed(request)) {
          if (picked.has(index)) continue
          const { category, neighbourhood } = request.catalog.nodes[index]!
          assert.isTrue(fullCategories.has(category) || fullNeighbourhoods.has(neighbourhood))
        }
      }),
      { numRuns: 60 }
    )
  })

  it("does not answer a love of ramen with two hundred ramen shops", () => {
    const city = generateCity(7, { nodes: 3000 })
    const restaurants = city.nodes.filter((node) => node.category === "restaurant").length
    assert.isAbove(restaurants, 600)
    const random = randomOf(8)
    const neighbours = likeTo(city, (index) =>
      city.nodes[index]!.category === "restaurant" ? 0.9 + random() / 10 : 0.5 + random() / 10
    )
    const { candidates } = diversify(requestFor(city, { neighbours }))
    assert.strictEqual(candidates.length, CANDIDATES)
    const eaten = candidates.filter(({ node }) => node.category === "restaurant").length
    assert.isTrue(eaten >= 40 && eaten <= 50, `${eaten} restaurants`)
    assert.isAtLeast(counts(candidates.map(({ node }) => node.category)).size, 20)
  })

  it("does not send everybody to the one neighbourhood that they would like best", () => {
    const city = generateCity(7, { nodes: 3000 })
    const beloved = new Set([...new Set(city.nodes.map((node) => node.neighbourhood))].slice(0, 20))
    const random = randomOf(9)
    const neighbourhood = (index: number) => (beloved.has(city.nodes[index]!.neighbourhood) ? "Old Town" : "Elsewhere")
    const nodes = city.nodes.map((node, index) => ({ ...node, neighbourhood: neighbourhood(index) }))
    const neighbours = likeTo(city, (index) => (neighbourhood(index) === "Old Town" ? 0.9 : 0.5) + random() / 10)
    const { candidates } = diversify(requestFor({ ...city, nodes }, { neighbours, limit: 60 }))
    // One third each; the last third could go to either, since there is no third neighbourhood.
    const inOldTown = (count: number) =>
      candidates.slice(0, count).filter(({ node }) => node.neighbourhood === "Old Town").length
    assert.strictEqual(inOldTown(20), 20)
    assert.strictEqual(inOldTown(40), 20)
  })

  it("says how many places fell to which rule", () => {
    const city = generateCity(3, { nodes: 300, unknown: 0 })
    const neighbours = likeTo(city, (index) => 1 - index / 1000)
    const vetoed = city.nodes.slice(0, 3).map((node) => node.id)
    const { leftOut, candidates } = diversify(
      requestFor(
        { ...city, retired: (index) => index === 10 },
        {
          neighbours,
          limit: 300,
          vetoes: [{ node_ids: vetoed, tags: [] }],
          days: city.tripDays("2026-05-04", 1),
          hours: { from: 240, to: 300 }
        }
      )
    )
    assert.strictEqual(leftOut.veto, 3)
    assert.strictEqual(leftOut.retired, 1)
    assert.isAbove(leftOut.closed ?? 0, 100)
    assert.strictEqual(candidates.length + leftOut.closed!, 296)
  })

  it("finds something of everything in a real city, for every single taste", () => {
    const file: CityFile = JSON.parse(
      readFileSync(new URL("../../../data/cities/seattle.json", import.meta.url), "utf8")
    )
    const nodes = file.nodes.map((node) => assembleNode(file.city, file, node).node)
    const { slug, name, country, time_zone, centre } = file.city
    const city = { id: cityIdOf(slug), slug, name, country, time_zone, ...centre }
    const catalog = residentCatalog({ city, version: 1, nodes, retired: new Set() })
    VIBE_TAGS.forEach((tag, dimension) => {
      const neighbours = likeTo(catalog, (index) => catalog.matrix[index * 64 + dimension]!)
      const { candidates } = diversify(requestFor(catalog, { neighbours, limit: 60 }))
      assert.isAtLeast(counts(candidates.map(({ node }) => node.category)).size, 12, tag)
      assert.isAtLeast(counts(candidates.map(({ node }) => node.neighbourhood)).size, 12, tag)
      assert.isTrue(candidates[0]!.node.vibe_tags.includes(tag), tag)
    })
  })
})
