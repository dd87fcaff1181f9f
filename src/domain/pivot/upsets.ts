/** What cannot be as planned for the rest of a day, by what happened: bad weather, a closed district, somebody tired or hungry. */

import type { LiveCity, TimeSpan } from "../city/live.ts"
import { MEAL } from "../itinerary/places.ts"
import type { PivotWorld } from "./answer-model.ts"
import { dropOf } from "./draft.ts"
import type { MoodWish } from "./moods.ts"
import { daySlots, type PlanSlot } from "./plan.ts"
import { columnOfMood } from "./replace.ts"
import type { Upset } from "./rest-of-day.ts"
import { CLOSED_COLUMN, isMealSlot, WEATHER_COLUMN } from "./search.ts"

const MINUTE = 60_000

const few = (stops: number, one: string, many: string): string => (stops === 1 ? `1 ${one}` : `${stops} ${many}`)

export const badWeather = (affected: ReadonlyArray<number>): Upset => ({
  affected,
  column: WEATHER_COLUMN,
  words: (stops) => ({
    stay: `${few(stops, "exposed stop stays as it is", "exposed stops stay as they are")}: nothing sheltered fits in ${stops === 1 ? "its" : "their"} place`,
    left: `Only this stop changes: ${few(stops, "later one is exposed", "later ones are exposed")} too`
  })
})

/** A district without an end: as long as a day's plans reach. */
const USUAL_CLOSURE = 18 * 3_600_000

/** From when until when a closed district is one, as a request says it. */
export const closedFor = (until: string | undefined, now: number): TimeSpan => {
  const ends = until === undefined ? Number.NaN : Date.parse(until)
  return { from: now, to: ends > now ? ends : now + USUAL_CLOSURE }
}

/** The places of a neighbourhood; none where the city has no such part. */
export const placesOfDistrict = ({ catalog }: PivotWorld, district: string): ReadonlySet<number> => {
  const wanted = district.trim().toLowerCase()
  const out = new Set<number>()
  catalog.nodes.forEach((node, index) => {
    if (node.neighbourhood.toLowerCase() === wanted) out.add(index)
  })
  return out
}

/** The world in which nobody is sent into the district, not even when it is to open again. */
export const withoutDistrict = (world: PivotWorld, places: ReadonlySet<number>, from: number): PivotWorld => {
  const span = { from, to: Number.POSITIVE_INFINITY }
  const closures = new Map(world.live.closures)
  for (const index of places) closures.set(index, [...(closures.get(index) ?? []), span])
  const live: LiveCity = { ...world.live, closures }
  return { ...world, live }
}

/** The first day with stops in the district while it is closed, and their positions. What is booked is left to who booked it. */
export const stopsInDistrict = (world: PivotWorld, places: ReadonlySet<number>, { from, to }: TimeSpan) => {
  const inside = (slot: PlanSlot) =>
    !slot.past && !slot.locked && slot.ends > from && slot.starts < to && places.has(slot.index)
  for (const number of new Set(world.trip.slots.map((slot) => slot.day))) {
    const day = daySlots(world.trip, number, world.catalog.indexOf)
    const affected = day.flatMap((slot, at) => (inside(slot) ? [at] : []))
    if (affected.length > 0) return { day, affected }
  }
  return { day: [], affected: [] }
}

export const closedDistrict = (affected: ReadonlyArray<number>): Upset => ({
  affected,
  column: CLOSED_COLUMN,
  words: (stops) => ({
    stay: `${few(stops, "stop in the district finds", "stops in the district find")} no other place`,
    left: `Only this stop changes: ${few(stops, "later one is", "later ones are")} in the district too`
  })
})

/** Later stops of the day that may be left out: booked ones and meals are kept. */
const spareAfter = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, position: number): ReadonlyArray<PlanSlot> =>
  day.slice(position + 1).filter((slot) => !slot.past && !slot.locked && !isMealSlot(world.env, slot))

/** Who is tired goes somewhere calm now, and is spared the longest of the later stops, where one is left besides. */
const tired = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, position: number, mood: MoodWish): Upset => ({
  affected: [position],
  column: columnOfMood(mood),
  mood,
  words: () => ({ stay: "", left: "" }),
  besides: () => {
    const spare = spareAfter(world, day, position)
    if (spare.length < 2) return []
    return [
      dropOf(
        spare.reduce((longest, slot) => (slot.ends - slot.starts > longest.ends - longest.starts ? slot : longest))
      )
    ]
  }
})

/** A meal that begins sooner than this after another one is no meal. */
const FULL_FOR = 150 * MINUTE

/** Who is hungry eats now: the meal that was planned soon after has been had. */
const hungry = (world: PivotWorld, day: ReadonlyArray<PlanSlot>, position: number, mood: MoodWish): Upset => ({
  affected: [position],
  column: columnOfMood(mood),
  mood,
  words: () => ({ stay: "", left: "" }),
  besides: ([eaten]) => {
    const next = day.slice(position + 1).find((slot) => isMealSlot(world.env, slot))
    const had = eaten !== undefined && next !== undefined && next.starts < eaten.ends + FULL_FOR
    return had && !next.locked && !next.past ? [dropOf(next)] : []
  }
})

/** What a mood does to the rest of the day; undefined where it is about the next stop alone. */
export const moodUpset = (
  world: PivotWorld,
  day: ReadonlyArray<PlanSlot>,
  position: number,
  mood: MoodWish
): Upset | undefined => {
  const { index } = day[position]!
  if (mood.label === "tired") return tired(world, day, position, mood)
  const eats = index >= 0 && (world.env.places.flags[index]! & MEAL) !== 0
  return mood.label === "hungry" && !eats ? hungry(world, day, position, mood) : undefined
}
