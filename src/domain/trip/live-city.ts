/** A city's conditions as the pivot engine reads them. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { CityConditions, CityEvent, WeatherCondition } from "../city/model.ts"
import { CALM_CITY, type LiveCity, type TimeSpan } from "../pivot/env.ts"

/** Weather that keeps people indoors; an advisory does not empty the parks. */
export const bites = (event: Extract<CityEvent, { kind: "weather" }>): boolean => event.severity !== "minor"

const lives = new WeakMap<CityConditions, { readonly catalog: CityCatalog; readonly live: LiveCity }>()

export const liveOf = (conditions: CityConditions, catalog: CityCatalog): LiveCity => {
  if (conditions.events.length === 0) return CALM_CITY
  const known = lives.get(conditions)
  if (known?.catalog === catalog) return known.live
  const closures = new Map<number, Array<TimeSpan>>()
  const badWeather: Array<TimeSpan> = []
  for (const event of conditions.events) {
    const span = { from: event.from, to: event.until }
    if (event.kind === "closure") {
      const index = catalog.indexOf(event.node_id)
      if (index === undefined) continue
      const spans = closures.get(index)
      if (spans === undefined) closures.set(index, [span])
      else spans.push(span)
    } else if (event.kind === "weather" && bites(event)) badWeather.push(span)
  }
  const live = { closures, badWeather }
  lives.set(conditions, { catalog, live })
  return live
}

type ReportedWeather = ReadonlyArray<TimeSpan & { readonly condition: WeatherCondition }>

const NONE: ReportedWeather = []

/** All weather that is reported, advisories too. */
export const weatherIn = (conditions: CityConditions): ReportedWeather =>
  conditions.events.length === 0
    ? NONE
    : conditions.events.flatMap((event) =>
        event.kind === "weather" ? [{ from: event.from, to: event.until, condition: event.condition }] : []
      )
