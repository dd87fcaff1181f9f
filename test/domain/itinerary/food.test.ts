import { assert, describe, it } from "@effect/vitest"
import { assemble } from "../../../src/domain/itinerary/assemble.ts"
import type { AssemblyInput } from "../../../src/domain/itinerary/model.ts"
import { tableOf } from "../../../src/domain/itinerary/table-hours.ts"
import { validateItinerary } from "../../../src/domain/itinerary/validate.ts"
import { curatedCities } from "../../support/curated-cities.ts"
import { generateCity, type PlanningCity, pick, randomOf, scoresFor } from "../../support/generated-city.ts"

const PACES = ["leisurely", "moderate", "packed"] as const

const inputFor = (
  city: PlanningCity,
  seed: number,
  days: number,
  more: Partial<AssemblyInput> = {}
): AssemblyInput => ({
  catalog: city,
  travel: city.travel,
  scores: scoresFor(city, randomOf(seed)),
  days: city.tripDays("2026-05-01", days),
  constraints: { pace: pick(randomOf(seed), PACES) },
  vetoes: [],
  orientations: [],
  locked: [],
  seed,
  ...more
})

const isBreakfast = (city: PlanningCity, stop: { readonly index: number; readonly starts_at: number }) =>
  ["cafe", "bakery"].includes(city.nodes[stop.index]!.category) && city.localMinute(stop.starts_at) < 660

const isMeal = (city: PlanningCity, stop: { readonly index: number }) =>
  ["restaurant", "street_food", "food_hall"].includes(city.nodes[stop.index]!.category)

const isTable = (city: PlanningCity, stop: { readonly index: number } | undefined) =>
  stop !== undefined && (isMeal(city, stop) || ["cafe", "bakery"].includes(city.nodes[stop.index]!.category))

/** The same city in another country: its places, its clocks, and the hours at which that country eats. */
const inCountry = (city: PlanningCity, country: string): PlanningCity => ({
  ...city,
  city: { ...city.city, country }
})

describe("food", () => {
  it("has breakfast on days that begin before ten, beside as many stops as the pace has, and no lunch straight after it", () => {
    let [days, breakfasts, full, straight] = [0, 0, 0, 0]
    for (const [at, city] of [...curatedCities(), generateCity(71, { nodes: 300, unknown: 0.6 })].entries()) {
      for (let seed = 0; seed < 6; seed++) {
        const input = inputFor(city, at * 100 + seed, 2 + (seed % 2), { effort: 0.3 })
        const { stops } = assemble(input)
        const most = { leisurely: 5, moderate: 6, packed: 8 }[input.constraints.pace!]
        for (const { day } of input.days) {
          const its = stops.filter((stop) => stop.day === day)
          const morning = its.filter((stop) => isBreakfast(city, stop))
          days++
          if (morning.length > 0) breakfasts++
          if (morning.length > 0 && its.length > most) full++
          if (its.some((stop, i) => isMeal(city, stop) && isTable(city, its[i - 1]))) straight++
          assert.isAtMost(its.length, most + 1)
        }
      }
    }
    assert.isAtLeast(breakfasts / days, 0.8)
    assert.isAtLeast(full, days / 4)
    assert.isAtMost(straight, days / 10, "a meal straight after another table")
  })

  it("says of each early day whether it lacks a breakfast, and why", () => {
    const base = generateCity(74, { nodes: 200, unknown: 0 })
    const isCafe = ({ category }: { readonly category: string }) => ["cafe", "bakery"].includes(category)
    const late = {
      ...base,
      openAt: (index: number, at: number) =>
        isCafe(base.nodes[index]!) && base.localMinute(at) < 720 ? "closed" : base.openAt(index, at)
    } as PlanningCity
    const messages = new Set<string>()
    for (const city of [base, late, ...curatedCities()]) {
      for (let seed = 0; seed < 4; seed++) {
        const out = assemble(inputFor(city, seed, seed === 3 ? 7 : 2, { effort: 0.2 }))
        for (const { day } of inputFor(city, seed, seed === 3 ? 7 : 2).days) {
          const has = out.stops.some(
            (stop) =>
              stop.day === day &&
              city.localMinute(stop.starts_at) < 660 &&
              ["cafe", "bakery", "restaurant", "street_food", "food_hall", "dessert"].includes(
                city.nodes[stop.index]!.category
              )
          )
          const said = out.relaxations.filter((one) => one.constraint === "breakfast" && one.day === day)
          assert.lengthOf(said, has ? 0 : 1)
          for (const { message } of said) messages.add(message.replace(/^Day \d has no breakfast: /, ""))
          if (city === late && !has) assert.match(said[0]!.message, /no café or bakery .* is open before/)
        }
      }
    }
    assert.isAtLeast(messages.size, 2, [...messages].join(" "))
  })

  it("looks for no breakfast where the day begins late", () => {
    const city = generateCity(72, { nodes: 200, unknown: 0 })
    for (let seed = 0; seed < 8; seed++) {
      const input = inputFor(city, seed, 2, { effort: 0.2, orientations: ["night_owl"] })
      for (const stop of assemble(input).stops) assert.notEqual(stop.placed_by, "breakfast")
      assert.isFalse(assemble(input).relaxations.some(({ constraint }) => constraint === "breakfast"))
    }
  })

  it("eats when the country eats, also in those that sit down late", () => {
    const base = generateCity(73, { nodes: 260, unknown: 0.5 })
    for (const country of ["ES", "IT", "FR", "AR", "DE", "JP", "MX", "US"]) {
      const city = inCountry(base, country)
      const { dinner, lunch } = tableOf(country)
      for (const [seed, orientation] of (["early_bird", "balanced", "night_owl"] as const).entries()) {
        const input = inputFor(city, seed, 2, { effort: 0.3, orientations: [orientation] })
        const out = assemble(input)
        assert.deepEqual(
          validateItinerary({
            catalog: city,
            travel: city.travel,
            localMinute: city.localMinute,
            stops: out.stops,
            days: input.days.map(({ day }) => day),
            constraints: input.constraints,
            vetoes: [],
            relaxations: out.relaxations,
            problems: out.problems
          }),
          []
        )
        for (const { day } of input.days) {
          const minutes = out.stops
            .filter(
              (stop) =>
                stop.day === day &&
                ["restaurant", "street_food", "food_hall"].includes(city.nodes[stop.index]!.category)
            )
            .map((stop) => city.localMinute(stop.starts_at))
          const at = ({ from, to }: { readonly from: number; readonly to: number }) =>
            minutes.filter((minute) => minute >= from && minute < to).length
          const said = out.relaxations.some((one) => one.constraint === "meals" && one.day === day)
          assert.isTrue(
            said || (at(lunch) === 1 && at(dinner) === 1),
            `${country}, ${orientation}: ${minutes.join(", ")}`
          )
        }
      }
    }
  })
})
