/** When the sun goes down: good to a minute or two away from the poles, which is what a visit needs. */
import type { Position } from "../basics/geo.ts"

const RADIANS = Math.PI / 180
const DAY = 86_400_000
/** 2000-01-01 12:00 UTC, from which the sun's course is reckoned. */
const EPOCH = 946_728_000_000
/** The sun is down when its upper edge is, seen through the air. */
const HORIZON = -0.833 * RADIANS

/** The instant of sunset on the day around `noon`; undefined where the sun does not set or does not rise. */
const sunsetAt = ({ lat, lon }: Position, noon: number): number | undefined => {
  const day = Math.round((noon - EPOCH) / DAY - 0.0008 + lon / 360)
  const transitDay = day - lon / 360
  const anomaly = ((357.5291 + 0.98560028 * transitDay) % 360) * RADIANS
  const centre = 1.9148 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly) + 0.0003 * Math.sin(3 * anomaly)
  const longitude = anomaly + (centre + 180 + 102.9372) * RADIANS
  const transit = transitDay + 0.0053 * Math.sin(anomaly) - 0.0069 * Math.sin(2 * longitude)
  const declination = Math.asin(Math.sin(longitude) * Math.sin(23.44 * RADIANS))
  const cosine =
    (Math.sin(HORIZON) - Math.sin(lat * RADIANS) * Math.sin(declination)) /
    (Math.cos(lat * RADIANS) * Math.cos(declination))
  return Math.abs(cosine) > 1 ? undefined : EPOCH + (transit + Math.acos(cosine) / RADIANS / 360) * DAY
}

/** The same in minutes of the day whose noon is given. */
export const sunsetMinute = (at: Position, noon: number): number | undefined => {
  const sunset = sunsetAt(at, noon)
  return sunset === undefined ? undefined : 720 + (sunset - noon) / 60_000
}
