/** When the sun comes up and goes down: good to a minute or two away from the poles, which is what a visit needs. */
import type { Position } from "../basics/geo.ts"

const RADIANS = Math.PI / 180
const DAY = 86_400_000
/** 2000-01-01 12:00 UTC, from which the sun's course is reckoned. */
const EPOCH = 946_728_000_000
/** The sun is down when its upper edge is, seen through the air; by civil twilight one still sees one's way. */
export const HORIZON = -0.833
export const CIVIL_TWILIGHT = -6

/** When the sun passes that height, in degrees, on the day around `noon`: at midnight or noon where it `stays` above it or below. */
export const sunAt = (
  { lat, lon }: Position,
  noon: number,
  height: number
): { readonly up: number; readonly down: number; readonly stays: boolean } => {
  const day = Math.round((noon - EPOCH) / DAY - 0.0008 + lon / 360)
  const transitDay = day - lon / 360
  const anomaly = ((357.5291 + 0.98560028 * transitDay) % 360) * RADIANS
  const centre = 1.9148 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly) + 0.0003 * Math.sin(3 * anomaly)
  const longitude = anomaly + (centre + 180 + 102.9372) * RADIANS
  const transit = transitDay + 0.0053 * Math.sin(anomaly) - 0.0069 * Math.sin(2 * longitude)
  const declination = Math.asin(Math.sin(longitude) * Math.sin(23.44 * RADIANS))
  const cosine =
    (Math.sin(height * RADIANS) - Math.sin(lat * RADIANS) * Math.sin(declination)) /
    (Math.cos(lat * RADIANS) * Math.cos(declination))
  const half = Math.acos(Math.min(1, Math.max(-1, cosine))) / RADIANS / 360
  return { up: EPOCH + (transit - half) * DAY, down: EPOCH + (transit + half) * DAY, stays: Math.abs(cosine) > 1 }
}

/** The same in minutes of the day whose noon is given. */
export const sunsetMinute = (at: Position, noon: number): number | undefined => {
  const { down, stays } = sunAt(at, noon, HORIZON)
  return stays ? undefined : 720 + (down - noon) / 60_000
}
