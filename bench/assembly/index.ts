/** Itineraries: how long they take, whether every one holds, and how close each day's travel is to the best order. */

import { standing } from "../../src/domain/catalog/standing.ts"
import { assemble } from "../../src/domain/itinerary/assemble.ts"
import type { Assembly, AssemblyInput } from "../../src/domain/itinerary/model.ts"
import { dayHours, PACE } from "../../src/domain/itinerary/rules.ts"
import { tableOf } from "../../src/domain/itinerary/table-hours.ts"
import { validateItinerary } from "../../src/domain/itinerary/validate.ts"
import { curatedCities } from "../../test/support/curated-cities.ts"
import { type PlanningCity, pick, randomOf } from "../../test/support/generated-city.ts"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { bestOrder } from "./best-order.ts"

const START = "2026-05-01"

const tasteFor = (seed: number): Float32Array => {
  const random = randomOf(seed)
  const taste = Float32Array.from({ length: 64 }, () => random() * 2 - 1)
  const norm = Math.hypot(...taste)
  return taste.map((x) => x / norm)
}

const scoresOf = (city: PlanningCity, taste: Float32Array): AssemblyInput["scores"] =>
  city.nodes
    .map((node, index) => {
      let dot = 0
      for (let i = 0; i < 64; i++) dot += taste[i]! * city.matrix[index * 64 + i]!
      return { index, score: 0.75 * dot + 0.25 * (standing(node.quality_signals, "local") ?? 0.4) }
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, 200)

const inputFor = (city: PlanningCity, seed: number, days: number, taste = tasteFor(seed)): AssemblyInput => {
  const random = randomOf(seed * 31 + 7)
  const some = (p: number) => random() < p
  return {
    catalog: city,
    travel: city.travel,
    scores: scoresOf(city, taste),
    days: city.tripDays(START, days),
    constraints: {
      pace: pick(random, ["leisurely", "moderate", "packed"] as const),
      ...(some(0.4) ? { budget: pick(random, ["low", "mid", "high"] as const) } : {}),
      ...(some(0.3) ? { must: [pick(random, city.nodes).id as never] } : {})
    },
    vetoes: [],
    orientations: [pick(random, ["early_bird", "balanced", "night_owl"] as const)],
    locked: [],
    seed
  }
}

const violations = (city: PlanningCity, input: AssemblyInput, out: Assembly): number =>
  validateItinerary({
    catalog: city,
    travel: city.travel,
    localMinute: city.localMinute,
    stops: out.stops,
    days: input.days.map((day) => day.day),
    constraints: input.constraints,
    vetoes: [],
    relaxations: out.relaxations,
    problems: out.problems
  }).length

const timings = (cities: ReadonlyArray<PlanningCity>, days: number, runs: number): ReadonlyArray<number> => {
  const inputs = Array.from({ length: runs }, (_, n) => inputFor(cities[n % cities.length]!, n, days))
  for (const input of inputs.slice(0, 60)) assemble(input)
  const once = (input: AssemblyInput) => {
    const began = performance.now()
    assemble(input)
    return performance.now() - began
  }
  return inputs.map((input) => Math.min(once(input), once(input), once(input)))
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const trips = numberFlag(args, "trips", 1000)
  const sampled = numberFlag(args, "days", 50)
  const search = numberFlag(args, "search-ms", 10_000)
  const cities = curatedCities()
  let broken = 0
  let partial = 0
  let meals = 0
  const pool: Array<{ readonly city: PlanningCity; readonly input: AssemblyInput; readonly out: Assembly }> = []
  for (let n = 0; n < trips; n++) {
    const city = cities[n % cities.length]!
    const input = inputFor(city, n, 1 + (n % 7))
    const out = assemble(input)
    broken += violations(city, input, out) > 0 ? 1 : 0
    partial += out.problems.length > 0 ? 1 : 0
    meals += out.relaxations.filter((r) => r.constraint === "meals").length
    pool.push({ city, input, out })
  }

  const random = randomOf(99)
  const ratios: Array<number> = []
  let exhaustive = 0
  let ours = 0
  let theirs = 0
  while (ratios.length < sampled) {
    const { city, input, out } = pick(random, pool)
    const day = pick(random, input.days)
    const stops = out.stops.filter((stop) => stop.day === day.day)
    if (stops.length < 4 || out.relaxations.some((r) => r.constraint === "day_part" || r.constraint === "day_start"))
      continue
    const travel = stops.reduce((sum, stop) => sum + stop.travel_minutes, 0)
    const hours = dayHours(input.constraints, input.orientations, tableOf(city.city.country))
    const best = bestOrder({
      city,
      stops,
      midnight: day.noon - 720 * 60_000,
      from: hours.from,
      to: hours.to,
      buffer: PACE[input.constraints.pace ?? "moderate"].buffer,
      deadlineMs: search
    })
    if (best.exhaustive) exhaustive++
    ours += travel
    theirs += best.minutes
    ratios.push(best.minutes === 0 ? 1 : travel / best.minutes)
  }
  const worst = Math.max(...ratios)

  let shared = 0
  let picks = 0
  for (let n = 0; n < 60; n++) {
    const city = cities[n % cities.length]!
    const taste = tasteFor(n)
    const mine = assemble(inputFor(city, n, 3, taste))
    const yours = assemble(
      inputFor(
        city,
        n,
        3,
        taste.map((x) => -x)
      )
    )
    const theirs = new Set(yours.stops.map((stop) => stop.index))
    shared += mine.stops.filter((stop) => theirs.has(stop.index)).length
    picks += mine.stops.length
  }

  const rows = [3, 7, 21].map((days) => {
    const times = [...timings(cities, days, days > 7 ? 200 : 500)]
    return { days, p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
  })
  const p99 = (days: number) => rows.find((row) => row.days === days)!.p99
  return {
    tables: [
      {
        title: `Assembly over ${cities.length} curated cities, 200 candidates`,
        columns: ["days", "p50 ms", "p99 ms"],
        rows: rows.map((row) => [row.days, row.p50, row.p99])
      },
      {
        title: `Travel of ${sampled} sampled days against the best order of the same stops`,
        columns: ["exhaustive searches", "our minutes", "best minutes", "mean ratio", "worst ratio"],
        rows: [[exhaustive, ours, theirs, ratios.reduce((sum, r) => sum + r, 0) / ratios.length, worst]]
      }
    ],
    bars: [
      { name: `${trips} trips pass the validator`, wanted: "all", measured: `${trips - broken}`, met: broken === 0 },
      {
        name: "travel per day against the best order",
        wanted: "≤ 1.15",
        measured: worst.toFixed(3),
        met: worst <= 1.15
      },
      { name: "3 days", wanted: "< 60 ms p99", measured: `${p99(3).toFixed(2)} ms`, met: p99(3) < 60 },
      { name: "21 days", wanted: "< 200 ms p99", measured: `${p99(21).toFixed(2)} ms`, met: p99(21) < 200 },
      {
        name: "picks that opposite tastes share",
        wanted: "< 30 %",
        measured: `${((100 * shared) / picks).toFixed(1)} %`,
        met: shared / picks < 0.3
      }
    ],
    notes: [
      `${partial} of the trips say that something could not be done; ${meals} meals had no place.`,
      "Times are the best of three runs of each trip: what the work costs, not what else the machine was doing.",
      "The order search is exhaustive unless its time runs out; it shares no code with the planner."
    ]
  }
}

export const benchmark: Benchmark = {
  summary: "itineraries: time, validity, travel against the best order",
  options: [
    "--trips N      trips that are validated (1000)",
    "--days N       days that are searched for a better order (50)",
    "--search-ms N  longest search per day (10000)"
  ],
  run
}
