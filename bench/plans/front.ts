/** What the weights trade for one another, and how far the plans are from what a much longer search finds. */
import { assemble } from "../../src/domain/itinerary/assemble.ts"
import { WEIGHTS } from "../../src/domain/itinerary/terms.ts"
import { type Bar, median, type Table } from "../benchmark.ts"
import { judge, type Verdict } from "./judge.ts"
import type { JudgedInput } from "./trips.ts"

/** Taste and way as they were before, trip by trip. */
export interface Before {
  readonly ways: ReadonlyArray<number>
  readonly tastes: ReadonlyArray<number>
}

/** The shipped weight of a minute on the way, half of it, and two thirds more. */
const SHARES = [0.5, 1, 5 / 3]

const wayOf = (verdict: Verdict): number =>
  verdict.days.reduce((sum, day) => sum + day.way, 0) / Math.max(1, verdict.days.length)

const planned = (trip: JudgedInput, share: number, effort: number): Verdict => {
  const weights = { ...WEIGHTS, way: WEIGHTS.way * share, wayToMeal: WEIGHTS.wayToMeal * share }
  return judge(trip, assemble({ ...trip.input, weights, effort }).stops)
}

export const frontOf = (trips: ReadonlyArray<JudgedInput>, before: Before): Table => {
  const sum = (values: ReadonlyArray<number>) => values.reduce((total, one) => total + one, 0)
  const [ways, tastes] = [before.ways.slice(0, trips.length), before.tastes.slice(0, trips.length)]
  return {
    title: `Taste against way, ${trips.length} trips, of what they were before`,
    columns: ["weight of a minute", "way", "taste", "days with a hole", "better before in both"],
    rows: SHARES.map((share) => {
      const verdicts = trips.map((trip) => planned(trip, share, 1))
      const days = verdicts.flatMap((verdict) => verdict.days)
      const holes = days.filter((day) => day.gaps.some((gap) => gap > 90)).length
      const dominated = verdicts.filter((one, at) => ways[at]! < wayOf(one) && tastes[at]! > one.taste).length
      const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`
      return [
        (WEIGHTS.way * share).toFixed(4),
        percent(median(verdicts.map(wayOf)), median(ways)),
        percent(sum(verdicts.map((one) => one.taste)), sum(tastes)),
        percent(holes, days.length),
        percent(dominated, trips.length)
      ]
    })
  }
}

/** A search that goes on for about ten seconds, at each of some weights: the shortest way for as much taste, meals and hours known. */
const LONG_SHARES = [1, 1.25, 1.6, 2.1]
const LONG_EFFORT = 50

const shortest = (trip: JudgedInput, ours: Verdict): number => {
  const fed = (verdict: Verdict) => verdict.days.filter((day) => day.fed).length
  const asGood = LONG_SHARES.map((share) => planned(trip, share, LONG_EFFORT)).filter(
    (one) => one.taste >= ours.taste && fed(one) >= fed(ours)
  )
  return Math.min(wayOf(ours), ...asGood.map(wayOf))
}

/** How much longer our ways are than the shortest that a long search finds for plans that are worth as much. */
export const againstLongSearch = (trips: ReadonlyArray<JudgedInput>): Bar => {
  const ratios = trips.map((trip) => {
    const ours = planned(trip, 1, 1)
    return wayOf(ours) / Math.max(1, shortest(trip, ours))
  })
  const within = ratios.filter((ratio) => ratio <= 1.35).length
  return {
    name: `way, of the shortest that ten seconds of search find for as much taste (${trips.length} trips)`,
    wanted: "≤ 1.35",
    measured: `${median(ratios).toFixed(2)} median, ${Math.max(...ratios).toFixed(2)} at most, ${within} within`,
    met: median(ratios) <= 1.35
  }
}
