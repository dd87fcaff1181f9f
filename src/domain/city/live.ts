/** A city's conditions as plans and pivots read them. */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { CityConditions, CityEvent, WeatherCondition } from "./model.ts"

export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** What is known of the city right now, beyond the catalog. */
export interface LiveCity {
  /** Places reported closed, by node index, and when: what closes on Friday is open today. */
  readonly closures: ReadonlyMap<number, ReadonlyArray<TimeSpan>>
  /** Weather in which nobody should be sent outdoors. */
  readonly badWeather: ReadonlyArray<TimeSpan>
}

export const CALM_CITY: LiveCity = { closures: new Map(), badWeather: [] }

export const isWet = ({ badWeather }: LiveCity, from: number, to: number): boolean =>
  badWeather.some((span) => from < span.to && to > span.from)

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
