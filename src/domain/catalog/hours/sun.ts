/** Between which local times the sun does what hours speak of, over the year: between the two nobody can say without an almanac. */
import type { Position } from "../../basics/geo.ts"
import { dayNumber } from "../../time/calendar.ts"
import { CIVIL_TWILIGHT, HORIZON, sunAt } from "../../time/sunset.ts"
import { instantOf, type Zone } from "../../time/zone.ts"
import type { SunEvent } from "./lexer.ts"

export interface Window {
  readonly earliest: number
  readonly latest: number
}
export type Sun = Readonly<Record<SunEvent, Window>>

/** Anywhere between 50° south and 50° north: whether hours can be read needs no more. */
export const USUAL_SUN: Sun = {
  dawn: { earliest: 210, latest: 480 },
  sunrise: { earliest: 240, latest: 510 },
  sunset: { earliest: 960, latest: 1305 },
  dusk: { earliest: 990, latest: 1350 }
}

const FIRST_DAY = dayNumber(2026, 1, 1)
/** Every so many days is asked for; in between the sun moves by some minutes at most. */
const STRIDE = 4
const MARGIN = 15
const HALF_DAY = 720

const windowOf = (minutes: ReadonlyArray<number>, first: number): Window => ({
  earliest: Math.max(first, Math.min(...minutes) - MARGIN),
  latest: Math.min(first + HALF_DAY, Math.max(...minutes) + MARGIN)
})

/** The windows of a place, by the clocks of its zone. */
export const sunOf = (at: Position, zone: Zone): Sun => {
  const days = Array.from({ length: Math.ceil(366 / STRIDE) }, (_, i) => FIRST_DAY + i * STRIDE)
  const minutes = (which: "up" | "down", height: number) =>
    days.map((day) => {
      const noon = instantOf(zone, day, HALF_DAY)
      return Math.round(HALF_DAY + (sunAt(at, noon, height)[which] - noon) / 60_000)
    })
  return {
    dawn: windowOf(minutes("up", CIVIL_TWILIGHT), 0),
    sunrise: windowOf(minutes("up", HORIZON), 0),
    sunset: windowOf(minutes("down", HORIZON), HALF_DAY),
    dusk: windowOf(minutes("down", CIVIL_TWILIGHT), HALF_DAY)
  }
}
