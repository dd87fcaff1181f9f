/** The hours that a plan goes by: those of the places, and what is announced for their city besides. */
import type { LiveCity, TimeSpan } from "../city/live.ts"
import { isExposed, type Places } from "./places.ts"
import type { Hours } from "./windows.ts"

const MINUTE = 60_000
const NEVER: ReadonlyArray<TimeSpan> = []

/** Whole minutes: a day's hours are reckoned in them. */
const inMinutes = (spans: ReadonlyArray<TimeSpan>): ReadonlyArray<TimeSpan> =>
  spans.map(({ from, to }) => ({ from: Math.floor(from / MINUTE) * MINUTE, to: Math.ceil(to / MINUTE) * MINUTE }))

/** The same hours, with places closed in some spans, whatever their own hours say. */
const closedIn = (hours: Hours, spansOf: (index: number) => ReadonlyArray<TimeSpan>): Hours => ({
  openAt: (index, millis) =>
    spansOf(index).some(({ from, to }) => from <= millis && millis < to) ? "closed" : hours.openAt(index, millis),
  nextChange: (index, millis) =>
    spansOf(index)
      .flatMap(({ from, to }) => [from, to])
      .reduce(
        (next, at) => (at > millis && (next === undefined || at < next) ? at : next),
        hours.nextChange(index, millis)
      )
})

/** A place that is announced to be shut is closed. */
export const announcedHours = (hours: Hours, { closures }: LiveCity): Hours => {
  if (closures.size === 0) return hours
  const shut = new Map([...closures].map(([index, spans]) => [index, inMinutes(spans)]))
  return closedIn(hours, (index) => shut.get(index) ?? NEVER)
}

/** And where weather spoils a place, as good as closed while it is bad. */
export const dryHours = (hours: Hours, { badWeather }: LiveCity, places: Places): Hours => {
  if (badWeather.length === 0) return hours
  const bad = inMinutes(badWeather)
  return closedIn(hours, (index) => (isExposed({ places }, index) ? bad : NEVER))
}
