/** Group packages: how fair each method's trips are, over groups alike, at odds and at random. */
import { vibeEmbedding } from "../../src/domain/catalog/embedding.ts"
import { TAG_GROUPS, TAXONOMY } from "../../src/domain/catalog/taxonomy.ts"
import { affinityOf } from "../../src/domain/group/affinity.ts"
import { type Fairness, fairnessOf } from "../../src/domain/group/fairness.ts"
import type { GroupMethod } from "../../src/domain/group/methods.ts"
import { GROUP_METHOD, groupPackage } from "../../src/domain/group/package.ts"
import { assemble } from "../../src/domain/itinerary/assemble.ts"
import { curatedCities } from "../../test/support/curated-cities.ts"
import { type PlanningCity, pick, type Random, randomOf } from "../../test/support/generated-city.ts"
import { type Bar, type Benchmark, numberFlag, type Report, type Table } from "../benchmark.ts"

const DAYS = 3
const KINDS = ["similar", "divergent", "random"] as const
type Kind = (typeof KINDS)[number]
const CHOSEN = GROUP_METHOD

/** The simple methods are measured as they are usually meant, a list of scores; averaging with turns too. */
const VARIANTS: ReadonlyArray<{ readonly label: string; readonly method: GroupMethod; readonly turns: boolean }> = [
  { label: "averaging", method: "averaging", turns: false },
  { label: "least_misery", method: "least_misery", turns: false },
  { label: "averaging, turns", method: "averaging", turns: true },
  { label: "envy_greedy", method: "envy_greedy", turns: true },
  { label: "gfar", method: "gfar", turns: true },
  { label: "proportional", method: "proportional", turns: true }
]

const unit = (vector: Float32Array): Float32Array => {
  const norm = Math.hypot(...vector)
  return vector.map((x) => x / (norm || 1))
}

const randomTaste = (random: Random): Float32Array =>
  vibeEmbedding(Object.fromEntries(Array.from({ length: 7 }, () => [pick(random, TAXONOMY).tag, 0.3 + 0.7 * random()])))

/** Each member loves one group of tags, and no two the same one while there are enough. */
const divergentTaste = (random: Random, member: number, offset: number): Float32Array => {
  const group = TAG_GROUPS[(offset + member) % TAG_GROUPS.length]!
  return vibeEmbedding(
    Object.fromEntries(TAXONOMY.filter((info) => info.group === group).map((info) => [info.tag, 0.4 + 0.6 * random()]))
  )
}

const tastesFor = (kind: Kind, members: number, random: Random): ReadonlyArray<Float32Array> => {
  const base = randomTaste(random)
  const offset = Math.floor(random() * TAG_GROUPS.length)
  return Array.from({ length: members }, (_, member) => {
    // Some people like everything a lot: their likings are larger, and must not weigh more.
    const loud = 0.5 + random()
    const taste =
      kind === "similar"
        ? unit(base.map((x) => x + 0.04 * (random() - 0.5)))
        : kind === "divergent"
          ? divergentTaste(random, member, offset)
          : randomTaste(random)
    return taste.map((x) => x * loud)
  })
}

interface Measured extends Fairness {
  /** Days on which every member finds a favourite. */
  readonly coveredDays: number
}

const measure = (
  city: PlanningCity,
  tastes: ReadonlyArray<Float32Array>,
  variant: (typeof VARIANTS)[number],
  seed: number
): Measured => {
  const candidates = city.nodes.map((_, index) => index)
  const affinity = affinityOf(city.matrix, candidates, tastes)
  const group = groupPackage(affinity, DAYS * 6, variant.method)
  const out = assemble({
    catalog: city,
    travel: city.travel,
    scores: group.scores.slice(0, 200),
    days: city.tripDays("2026-05-01", DAYS),
    constraints: {},
    vetoes: [],
    orientations: [],
    locked: [],
    ...(variant.turns ? { coverage: group.coverage } : {}),
    seed
  })
  const everybody = (1 << tastes.length) - 1
  const masks = Array.from({ length: DAYS }, (_, day) =>
    out.stops.filter((s) => s.day === day + 1).reduce((mask, s) => mask | group.coverage.serves(s.index), 0)
  )
  return {
    ...fairnessOf(
      affinity,
      out.stops.map((stop) => stop.index)
    ),
    coveredDays: masks.filter((mask) => mask === everybody).length / DAYS
  }
}

const mean = (all: ReadonlyArray<Measured>, of: (one: Measured) => number) =>
  all.reduce((sum, one) => sum + of(one), 0) / all.length

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const groups = numberFlag(args, "groups", 40)
  const cities = curatedCities()
  const results = new Map<string, Array<Measured>>()
  const put = (key: string, one: Measured) => results.set(key, [...(results.get(key) ?? []), one])
  for (const kind of KINDS) {
    for (let members = 2; members <= 8; members++) {
      for (let g = 0; g < groups; g++) {
        const tastes = tastesFor(kind, members, randomOf(g * 131 + members * 17 + KINDS.indexOf(kind)))
        for (const variant of VARIANTS) {
          const one = measure(cities[g % cities.length]!, tastes, variant, g)
          put(`${kind}/${variant.label}`, one)
          if (members === 2 && kind === "divergent") put(`pair/${variant.label}`, one)
        }
      }
    }
  }
  const row = (label: string, key: string): ReadonlyArray<string | number> => {
    const all = results.get(key)!
    const of = (get: (one: Measured) => number) => Number(mean(all, get).toFixed(3))
    return [
      label,
      of((o) => o.proportionality),
      of((o) => o.envyFreeness),
      of((o) => o.meanSatisfaction),
      of((o) => o.leastSatisfaction),
      of((o) => o.balance),
      of((o) => o.coveredDays)
    ]
  }
  const columns = ["method", "proportional", "envy-free", "mean", "least", "least/most", "days with all"]
  const table = (title: string, prefix: string): Table => ({
    title,
    columns,
    rows: VARIANTS.map(({ label }) => row(label, `${prefix}/${label}`))
  })
  const bars = [...KINDS, "pair"].flatMap((kind): ReadonlyArray<Bar> => {
    const at = (method: string, get: (one: Measured) => number) => mean(results.get(`${kind}/${method}`)!, get)
    return (
      [
        ["proportionality", (o: Measured) => o.proportionality],
        ["envy-freeness", (o: Measured) => o.envyFreeness]
      ] as const
    ).map(([name, get]) => {
      const [ours, theirs] = [at(CHOSEN, get), at("averaging", get)]
      return {
        name: `${kind === "pair" ? "pairs with opposite tastes" : `${kind} groups`}: ${name}, chosen method against averaging`,
        wanted: `≥ ${theirs.toFixed(3)}`,
        measured: ours.toFixed(3),
        met: ours >= theirs
      }
    })
  })
  const pairDays = mean(results.get(`pair/${CHOSEN}`)!, (o) => o.coveredDays)
  return {
    tables: [
      ...KINDS.map((kind) => table(`${kind} groups of 2 to 8, ${DAYS} days`, kind)),
      table("pairs with opposite tastes", "pair")
    ],
    bars: [
      ...bars,
      {
        name: "pairs with opposite tastes: days that show both",
        wanted: "all",
        measured: `${(100 * pairDays).toFixed(1)} %`,
        met: pairDays === 1
      }
    ],
    notes: [
      "proportional, envy-free: share of the members for whom it holds; mean, least: satisfaction relative to the best trip for one alone.",
      `${groups} groups of each kind and size, over ${cities.length} curated cities; trips are assembled, not lists.`,
      "Turns: each day has a favourite of everybody, and stops are dealt to whoever is behind."
    ]
  }
}

export const benchmark: Benchmark = {
  summary: "group packages: fairness of five methods on assembled trips",
  options: ["--groups N   groups of each kind and size (40)"],
  run
}
