/** What travelers bring to a plan themselves: read from their wishes, held against city and dates, and laid out by days. */
import { distanceKm } from "../basics/geo.ts"
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { SlotId } from "../ids.ts"
import type { LockedStop } from "../itinerary/model.ts"
import { ownIndex } from "../itinerary/own-points.ts"
import type { TripDay } from "../itinerary/rules.ts"
import type { FixedThing, Lodging, Slot } from "../plan/model.ts"
import { parseIsoDate } from "../time/calendar.ts"
import { instantOf, localDate, type Zone, zoneOf } from "../time/zone.ts"
import type { RequestIssue } from "./request.ts"

export const MAX_FIXED = 40

const MINUTE = 60_000
const HALF_DAY = 12 * 60 * MINUTE
/** Whoever is away for longer is not on this trip. */
const LONGEST = 24 * 60 * MINUTE
/** So far from a city's middle its airports lie, and no reservation of a trip to it. */
const FURTHEST_KM = 120

/** As somebody asks for it: `at` and `until` are instants, or times of the city's own clock. */
export interface FixedWish {
  readonly title: string
  readonly kind?: FixedThing["kind"]
  readonly at: string
  readonly until: string
  readonly lat?: number
  readonly lon?: number
}

/** "2026-05-01T14:30" by the city's clock; with "Z" or an offset an instant. */
const WRITTEN = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/

/** The instant that a text says, in whole minutes; undefined where it says none. */
export const instantIn = (zone: Zone, text: string): number | undefined => {
  const parts = WRITTEN.exec(text)
  const day = parts === null ? undefined : parseIsoDate(parts[1]!)
  if (parts === null || day === undefined) return undefined
  if (parts[4] === undefined) return instantOf(zone, day, Number(parts[2]) * 60 + Number(parts[3]))
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? undefined : Math.floor(instant / MINUTE) * MINUTE
}

/** Dates and city that wishes are held against. */
export interface Bounds {
  readonly catalog: CityCatalog
  readonly startDate: string
  readonly days: number
}

const dayOf = (zone: Zone, startDate: string, at: number): number =>
  parseIsoDate(localDate(zone, at))! - parseIsoDate(startDate)! + 1

const isFar = (catalog: CityCatalog, point: { readonly lat: number; readonly lon: number }): boolean =>
  distanceKm(catalog.city, point) > FURTHEST_KM

type At = ReadonlyArray<string | number>

const placeIssue = (
  catalog: CityCatalog,
  { lat, lon }: Pick<FixedWish, "lat" | "lon">,
  path: At
): RequestIssue | undefined => {
  if ((lat === undefined) !== (lon === undefined)) {
    return { path: [...path, lat === undefined ? "lat" : "lon"], message: "is missing: a position is lat and lon" }
  }
  if (lat === undefined || lon === undefined || !isFar(catalog, { lat, lon })) return undefined
  return {
    path: [...path, "lat"],
    message: `lies more than ${FURTHEST_KM} km from ${catalog.city.name}: give a position in or around the city, or none`
  }
}

/** What is wrong with where something of the travelers' own is. */
export const placeIssues = (catalog: CityCatalog, place: Pick<FixedWish, "lat" | "lon">, path: At) => {
  const issue = placeIssue(catalog, place, path)
  return issue === undefined ? [] : [issue]
}

interface Timed {
  readonly at: number
  readonly until: number
  readonly day: number
}

const timesOf = (zone: Zone, bounds: Bounds, wish: FixedWish, path: At): Timed | RequestIssue => {
  const at = instantIn(zone, wish.at)
  if (at === undefined) return { path: [...path, "at"], message: `"${wish.at}" is no time of any day` }
  const until = instantIn(zone, wish.until)
  if (until === undefined) return { path: [...path, "until"], message: `"${wish.until}" is no time of any day` }
  if (until <= at) return { path: [...path, "until"], message: "ends before it begins" }
  if (until - at > LONGEST) {
    return { path: [...path, "until"], message: "lasts longer than a day: split it, or shorten the trip" }
  }
  const day = dayOf(zone, bounds.startDate, at)
  if (day < 1 || day > bounds.days) {
    return { path: [...path, "at"], message: `lies on ${localDate(zone, at)}, outside the dates of the trip` }
  }
  return { at, until, day }
}

const isIssue = (value: Timed | RequestIssue): value is RequestIssue => "path" in value

/** Two that overlap: nobody is at two places at once. */
const clashes = (things: ReadonlyArray<readonly [FixedThing, At]>): ReadonlyArray<RequestIssue> =>
  things.flatMap(([thing, path], i) => {
    const other = things
      .slice(0, i)
      .find(([before]) => before.starts_at < thing.ends_at && before.ends_at > thing.starts_at)
    return other === undefined
      ? []
      : [
          {
            path: [...path, "at"],
            message: `is at the same time as "${other[0].title}": nobody is at two places at once`
          }
        ]
  })

export interface ReadFixed {
  readonly fixed: ReadonlyArray<FixedThing>
  readonly issues: ReadonlyArray<RequestIssue>
  /** Which wish each of them was. */
  readonly wishOf: ReadonlyMap<string, number>
}

/** The things that are wished for, in order of time, or what is wrong with them. `known` ones keep their ids. */
export const readFixed = (
  wishes: ReadonlyArray<FixedWish>,
  bounds: Bounds,
  known: ReadonlyArray<FixedThing>,
  newId: () => string
): ReadFixed => {
  const { catalog } = bounds
  const zone = zoneOf(catalog.city.time_zone)!
  const issues: Array<RequestIssue> = []
  const read: Array<readonly [FixedThing, At]> = []
  const left = new Set(known)
  wishes.forEach((wish, i) => {
    const path = ["fixed", i]
    const place = placeIssue(catalog, wish, path)
    if (place !== undefined) issues.push(place)
    const times = timesOf(zone, bounds, wish, path)
    if (isIssue(times)) {
      issues.push(times)
      return
    }
    const same = [...left].find((one) => one.title === wish.title && one.starts_at === times.at)
    if (same !== undefined) left.delete(same)
    const { lat, lon } = wish
    read.push([
      {
        id: same?.id ?? (newId() as SlotId),
        title: wish.title,
        kind: wish.kind ?? "other",
        day: times.day,
        starts_at: times.at,
        ends_at: times.until,
        ...(lat === undefined || lon === undefined ? {} : { lat, lon })
      },
      path
    ])
  })
  issues.push(...clashes(read))
  const wishOf = new Map<string, number>(read.map(([thing, path]) => [thing.id, path[1] as number]))
  return { fixed: inTime(read.map(([thing]) => thing)), issues, wishOf }
}

export const inTime = (things: ReadonlyArray<FixedThing>): ReadonlyArray<FixedThing> =>
  things.toSorted((a, b) => a.starts_at - b.starts_at)

export const lodgingIssues = (
  catalog: CityCatalog,
  lodging: Lodging | null | undefined
): ReadonlyArray<RequestIssue> => {
  return lodging === null || lodging === undefined ? [] : placeIssues(catalog, lodging, ["lodging"])
}

/** Things that stand where a booking of the plan does: one of the two has to give way first. */
export const bookedIssues = (
  { fixed, wishOf }: ReadFixed,
  known: ReadonlyArray<FixedThing>,
  slots: ReadonlyArray<Slot>,
  catalog: CityCatalog
): ReadonlyArray<RequestIssue> => {
  const old = new Set<string>(known.map(({ id }) => id))
  return fixed.flatMap((thing) => {
    if (old.has(thing.id)) return []
    const booked = slots.find((slot) => slot.locked && slot.starts_at < thing.ends_at && slot.ends_at > thing.starts_at)
    if (booked === undefined) return []
    const name = catalog.nodes[catalog.indexOf(booked.node_id) ?? -1]?.name ?? "a stop"
    const message = `is at the same time as ${name}, which is locked: unlock that stop first, or choose another time`
    return [{ path: ["fixed", wishOf.get(thing.id) ?? 0, "at"], message }]
  })
}

/** Things as they fall into other dates, and those that no day of theirs has. */
export const fixedWithin = (
  fixed: ReadonlyArray<FixedThing>,
  timeZone: string,
  startDate: string,
  days: number
): { readonly fixed: ReadonlyArray<FixedThing>; readonly outside: ReadonlyArray<FixedThing> } => {
  const zone = zoneOf(timeZone)!
  const moved = fixed.map((thing) => ({ ...thing, day: dayOf(zone, startDate, thing.starts_at) }))
  const within = ({ day }: FixedThing) => day >= 1 && day <= days
  return { fixed: moved.filter(within), outside: moved.filter((thing) => !within(thing)) }
}

/** What nothing is planned before, or after. */
export const boundsOf = ({ kind }: FixedThing): Pick<LockedStop, "bounds"> =>
  kind === "arrival" || kind === "departure" ? { bounds: kind } : {}

const feedsAt = ({ kind }: FixedThing): Pick<LockedStop, "feeds"> => (kind === "reservation" ? { feeds: true } : {})

/** As the planner goes around them: on each day that one reaches into, as much of it as lies there. */
export const fixedStops = (fixed: ReadonlyArray<FixedThing>, days: ReadonlyArray<TripDay>): ReadonlyArray<LockedStop> =>
  fixed.flatMap((thing, k) =>
    days.flatMap((day): ReadonlyArray<LockedStop> => {
      const starts_at = Math.max(thing.starts_at, day.noon - HALF_DAY)
      const ends_at = Math.min(thing.ends_at, day.noon + HALF_DAY)
      if (starts_at >= ends_at) return []
      return [
        {
          slot_id: thing.id,
          day: day.day,
          index: ownIndex(k),
          starts_at,
          ends_at,
          ...boundsOf(thing),
          ...feedsAt(thing)
        }
      ]
    })
  )
