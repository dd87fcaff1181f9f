/** Hours in which nobody wants to be told of anything, by the clock of the city that they travel in. */
import * as Schema from "effect/Schema"

const TimeOfDay = Schema.String.check(
  Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "must be a time of day such as 22:30" })
)

export const QuietHours = Schema.Struct({ from: TimeOfDay, until: TimeOfDay }).annotate({ identifier: "QuietHours" })
export type QuietHours = typeof QuietHours.Type

export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

export const timeOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`

/** Minutes of the day, the first included; hours that pass midnight begin on the evening before. */
export interface Quiet {
  readonly from: number
  readonly until: number
}

export const isQuiet = (quiet: Quiet | undefined, minute: number): boolean => {
  if (quiet === undefined || quiet.from === quiet.until) return false
  return quiet.from < quiet.until
    ? minute >= quiet.from && minute < quiet.until
    : minute >= quiet.from || minute < quiet.until
}
