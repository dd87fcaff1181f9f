import { assert, describe, it } from "@effect/vitest"
import type { Category } from "../../../src/domain/catalog/category.ts"
import { expectationAt, expectationSaying } from "../../../src/domain/catalog/expectation.ts"
import type { ActivityNode } from "../../../src/domain/catalog/node.ts"
import { momentOfDay } from "../../../src/domain/catalog/open-on.ts"
import { residentCatalog } from "../../../src/domain/catalog/resident-catalog.ts"
import { dayNumber } from "../../../src/domain/time/calendar.ts"
import { nodeView } from "../../../src/domain/view/node.ts"
import { place } from "../rankers/fixtures.ts"

const museum = (key: string, opening_hours: string | null): ActivityNode => place(key, "museum", { opening_hours })

const cityOf = (nodes: ReadonlyArray<ActivityNode>) =>
  residentCatalog({
    city: { id: "c", slug: "x", name: "X", country: "US", time_zone: "America/Los_Angeles", lat: 47.6, lon: -122.3 },
    version: 1,
    nodes,
    retired: new Set()
  })

const known = [
  "Tu-Su 10:00-18:00",
  "Tu-Su 10:00-17:00",
  "We-Su 11:00-18:00",
  "Tu-Su 09:00-18:00",
  "Tu-Su 10:00-19:00",
  "24/7"
]
const city = cityOf([...known.map((hours, i) => museum(`${i}`, hours)), museum("unknown", null)])
const UNKNOWN = known.length

/** In Seattle, in the middle of summer: eight hours behind no more than seven. */
const at = (day: number, hour: number) => Date.UTC(2026, 6, day, hour + 7)
const MONDAY = 6
const WEDNESDAY = 8

describe("a whole day", () => {
  const all = cityOf([
    ...known.map((hours, i) => museum(`${i}`, hours)),
    museum("unknown", null),
    place("late", "shop", { opening_hours: "Mo 18:00-20:00" }),
    place("lone", "spa", { opening_hours: null }),
    place("bar", "bar", { opening_hours: "Su 20:00-03:00" })
  ])
  const [LATE, LONE, BAR] = [UNKNOWN + 1, UNKNOWN + 2, UNKNOWN + 3]
  const on = (index: number, day: number) => {
    const moment = momentOfDay(all, index, dayNumber(2026, 7, day))
    const { expected, open } = nodeView(all, index, moment, "on that day")
    return [open, expected?.text ?? null]
  }

  it("is open where one gets in at some time of it, and closed where one does not", () => {
    assert.deepStrictEqual(on(LATE, MONDAY), ["open", null])
    assert.deepStrictEqual(on(LATE, WEDNESDAY), ["closed", null])
    // The night belongs to the day on which it began.
    assert.deepStrictEqual(
      [on(BAR, MONDAY - 1), on(BAR, MONDAY)],
      [
        ["open", null],
        ["closed", null]
      ]
    )
  })

  it("is expected as the kind usually is, and nothing is said where nothing is usual", () => {
    assert.deepStrictEqual(on(UNKNOWN, WEDNESDAY), [
      "unknown",
      "Museums here are usually open on that day; not confirmed for this one."
    ])
    assert.deepStrictEqual(on(UNKNOWN, MONDAY), [
      "unknown",
      "Museums here are usually closed on Mondays; not confirmed for this one."
    ])
    assert.deepStrictEqual(on(LONE, MONDAY), ["unknown", null])
  })
})

describe("what is usual for places of a kind", () => {
  it("warns of the day on which such places are closed, in words that claim nothing", () => {
    const expected = expectationAt(city, UNKNOWN, at(MONDAY, 14))!
    assert.deepStrictEqual(expected, { usually: "closed", known: 6, closedDay: 0 })
    const said = expectationSaying("museum", expected)
    assert.strictEqual(said, "Museums here are usually closed on Mondays; not confirmed for this one.")
  })

  it("tells hours at which they are open from those at which they are not, by the clock of the place", () => {
    assert.deepInclude(expectationAt(city, UNKNOWN, at(WEDNESDAY, 14)), { usually: "open" })
    const night = expectationAt(city, UNKNOWN, at(WEDNESDAY, 23))!
    assert.deepStrictEqual(night, { usually: "closed", known: 6 })
    assert.match(expectationSaying("museum", night), /usually closed at that time; not confirmed/)
    assert.isUndefined(expectationAt(city, UNKNOWN, at(WEDNESDAY, 18)))
  })

  it("is nothing where too few hours are known", () => {
    const few = cityOf([...known.slice(0, 3).map((hours, i) => museum(`${i}`, hours)), museum("unknown", null)])
    assert.isUndefined(expectationAt(few, 3, at(MONDAY, 14)))
    assert.isUndefined(expectationAt(city, 99, at(MONDAY, 14)))
  })

  it("is said of many in their plural", () => {
    const say = (category: Category) => expectationSaying(category, { usually: "open", known: 9 })
    assert.match(say("library"), /^Libraries /)
    assert.match(say("beach"), /^Beaches /)
    assert.match(say("music_venue"), /^Music venues /)
  })
})
