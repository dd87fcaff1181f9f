/** From an hourly forecast to the weather that can touch a plan: hours of one condition, joined. */
import type { CityEvent, Severity, WeatherCondition } from "./model.ts"

/** How far a spell must have outgrown what is known of it before its new hours are news. */
const OUTGROWN_MILLIS = 6 * 3_600_000

export interface ForecastHour {
  /** Unix milliseconds. */
  readonly at: number
  readonly temperature: number
  readonly rain_mm: number
  readonly snow_cm: number
  readonly wind_kmh: number
  readonly thunder: boolean
}

export interface WeatherAlert {
  readonly condition: WeatherCondition
  readonly severity: Severity
  readonly from: number
  readonly until: number
}

const HOUR = 3_600_000

/** From which measure on people stay indoors, and from which on they should. */
const THRESHOLDS: ReadonlyArray<{
  readonly condition: WeatherCondition
  readonly of: (hour: ForecastHour) => number
  readonly moderate: number
  readonly severe: number
}> = [
  { condition: "storm", of: (hour) => (hour.thunder ? 1 : 0), moderate: 1, severe: Number.POSITIVE_INFINITY },
  { condition: "snow", of: (hour) => hour.snow_cm, moderate: 0.5, severe: 3 },
  { condition: "rain", of: (hour) => hour.rain_mm, moderate: 1, severe: 8 },
  { condition: "wind", of: (hour) => hour.wind_kmh, moderate: 50, severe: 80 },
  { condition: "heat", of: (hour) => hour.temperature, moderate: 33, severe: 39 },
  { condition: "cold", of: (hour) => -hour.temperature, moderate: 8, severe: 18 }
]

const judged = (hour: ForecastHour) => {
  for (const { condition, of, moderate, severe } of THRESHOLDS) {
    const value = of(hour)
    if (value >= moderate) return { condition, severity: value >= severe ? ("severe" as const) : ("moderate" as const) }
  }
  return undefined
}

/** The strongest hour says how strong the whole is. */
export const alertsOf = (hours: ReadonlyArray<ForecastHour>): ReadonlyArray<WeatherAlert> => {
  const alerts: Array<WeatherAlert> = []
  for (const hour of hours) {
    const found = judged(hour)
    if (found === undefined) continue
    const last = alerts.at(-1)
    if (last?.condition === found.condition && last.until === hour.at) {
      const severity = last.severity === "severe" ? "severe" : found.severity
      alerts[alerts.length - 1] = { ...last, severity, until: hour.at + HOUR }
    } else alerts.push({ ...found, from: hour.at, until: hour.at + HOUR })
  }
  return alerts
}

const RANK: Readonly<Record<Severity, number>> = { minor: 0, moderate: 1, severe: 2 }

/**
 * What a forecast says beyond what stands already. A forecast moves by an hour every hour: the same spell is no news
 * for that, only if it became more severe or goes on for much longer; then the hours that are new are.
 */
export const newsOf = (
  alerts: ReadonlyArray<WeatherAlert>,
  standing: ReadonlyArray<CityEvent>
): ReadonlyArray<WeatherAlert> =>
  alerts.flatMap((alert) => {
    let severity = -1
    let until = Number.NEGATIVE_INFINITY
    for (const event of standing) {
      if (event.kind !== "weather" || event.condition !== alert.condition) continue
      if (event.from > alert.until || event.until < alert.from) continue
      severity = Math.max(severity, RANK[event.severity])
      until = Math.max(until, event.until)
    }
    if (RANK[alert.severity] > severity) return [alert]
    return alert.until - until >= OUTGROWN_MILLIS ? [{ ...alert, from: until }] : []
  })
