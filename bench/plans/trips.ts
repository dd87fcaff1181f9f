/** The trips that plans are judged on: four curated cities and two large made-up ones, everybody's pace and party. */
import { NEEDS } from "../../src/domain/catalog/fits.ts"
import { affinityOf } from "../../src/domain/group/affinity.ts"
import { groupPackage } from "../../src/domain/group/package.ts"
import type { SlotId } from "../../src/domain/ids.ts"
import type { AssemblyInput, LockedStop } from "../../src/domain/itinerary/model.ts"
import { dayHours, millisAt } from "../../src/domain/itinerary/rules.ts"
import { tableOf } from "../../src/domain/itinerary/table-hours.ts"
import { diversifyWithMeals } from "../../src/domain/retrieval/meals.ts"
import { curatedCities } from "../../test/support/curated-cities.ts"
import { generateCity, type PlanningCity, pick, type Random, randomOf } from "../../test/support/generated-city.ts"

export interface JudgedInput {
  readonly number: number
  readonly city: PlanningCity
  readonly input: AssemblyInput
}

const START = "2026-05-01"
/** Candidates that a ranker passes on. */
const RANKED = 200

const tasteOf = (random: Random): Float32Array => {
  const taste = Float32Array.from({ length: 64 }, () => Math.max(0, random() * 2 - 1))
  const norm = Math.hypot(...taste)
  return taste.map((x) => x / norm)
}

const lockedOn = (city: PlanningCity, random: Random, days: AssemblyInput["days"]): ReadonlyArray<LockedStop> => {
  const day = pick(random, days)
  const index = Math.floor(random() * city.nodes.length)
  const from = pick(random, [600, 735, 843, 1125])
  return [
    {
      slot_id: "00000000-0000-7000-8000-000000000001" as SlotId,
      day: day.day,
      index,
      starts_at: millisAt(day, from),
      ends_at: millisAt(day, from + pick(random, [45, 78, 120]))
    }
  ]
}

export const citiesToJudge = (): ReadonlyArray<PlanningCity> => [
  ...curatedCities(),
  generateCity(101, { nodes: 700, unknown: 0.7 }),
  generateCity(102, { nodes: 1500, unknown: 0.8 })
]

/** Of a city with thousands of places, those that a plan is chosen from: near the party's taste, mixed, with meals among them. */
const nearTaste = (
  city: PlanningCity,
  tastes: ReadonlyArray<Float32Array>,
  days: AssemblyInput["days"],
  { constraints, orientations }: Pick<AssemblyInput, "constraints" | "orientations">
): ReadonlyArray<number> => {
  const mean = Float32Array.from({ length: 64 }, (_, i) => tastes.reduce((sum, taste) => sum + taste[i]!, 0))
  const norm = Math.hypot(...mean) || 1
  const neighbours = city.nodes
    .map((_, index) => ({
      index,
      similarity: mean.reduce((sum, x, i) => sum + x * city.matrix[index * 64 + i]!, 0) / norm
    }))
    .sort((a, b) => b.similarity - a.similarity)
  const hours = dayHours(constraints, orientations, tableOf(city.city.country))
  return diversifyWithMeals({ catalog: city, neighbours, constraints, vetoes: [], days, hours }).candidates.map(
    ({ index }) => index
  )
}

export const tripsToJudge = (
  count: number,
  imported?: ReadonlyArray<PlanningCity> | undefined
): ReadonlyArray<JudgedInput> => {
  const cities = imported ?? citiesToJudge()
  return Array.from({ length: count }, (_, number): JudgedInput => {
    const random = randomOf(number * 7919 + 17)
    const some = (p: number) => random() < p
    const city = cities[number % cities.length]!
    const people = number % 3 === 0 ? 1 : 1 + Math.floor(random() * 6)
    const tastes = Array.from({ length: people }, () => tasteOf(random))
    const days = city.tripDays(START, 1 + (Math.floor(number / cities.length) % 7))
    const wishes = {
      pace: pick(random, ["leisurely", "moderate", "packed"] as const),
      ...(some(0.4) ? { budget: pick(random, ["low", "mid", "high"] as const) } : {})
    }
    const orientations = Array.from({ length: people }, () =>
      pick(random, ["early_bird", "balanced", "night_owl"] as const)
    )
    const locked = some(0.2) ? lockedOn(city, random, days) : []
    const constraints = { ...wishes, ...(some(0.3) ? { needs: [pick(random, NEEDS)] } : {}) }
    const indexes =
      imported === undefined
        ? city.nodes.map((_, index) => index)
        : nearTaste(city, tastes, days, { constraints, orientations })
    const affinity = affinityOf(city.matrix, indexes, tastes)
    const group = people < 2 ? undefined : groupPackage(affinity, days.length * 5)
    const alone = () =>
      indexes
        .map((index, at) => ({ index, score: 0.75 * affinity.own[at]! + 0.25 * (standingOf(city, index) ?? 0.4) }))
        .sort((a, b) => b.score - a.score)
    return {
      number,
      city,
      input: {
        catalog: city,
        travel: city.travel,
        scores: (group?.scores ?? alone()).slice(0, RANKED),
        ...(group === undefined ? {} : { coverage: group.coverage }),
        days,
        constraints,
        vetoes: [],
        orientations,
        locked,
        seed: number
      }
    }
  })
}

const standingOf = (city: PlanningCity, index: number): number | undefined =>
  city.nodes[index]!.quality_signals.local?.score
