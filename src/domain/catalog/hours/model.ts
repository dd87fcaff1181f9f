/**
 * Opening hours in OpenStreetMap syntax, parsed once into plain numbers. Everything here is data without functions,
 * so that it can be handed to a worker thread.
 */
import * as Schema from "effect/Schema"

export type OpenState = "open" | "closed" | "unknown"

export const CLOSED = 0
export const OPEN = 1
export const UNKNOWN = 2
export type StateCode = typeof CLOSED | typeof OPEN | typeof UNKNOWN
export const STATE_NAMES: ReadonlyArray<OpenState> = ["closed", "open", "unknown"]

/** A day of the year: by its date, or as the nth weekday of a month. */
export interface DatePoint {
  readonly year: number | null
  readonly month: number
  readonly day: number
  /** Where `weekday` is not negative, `day` is not used and this is the `nth` such weekday of the month. */
  readonly weekday: number
  readonly nth: number
}

export type DateSelector =
  | { readonly kind: "years"; readonly from: number; readonly to: number; readonly step: number }
  | { readonly kind: "months"; readonly mask: number }
  | { readonly kind: "days"; readonly from: DatePoint; readonly to: DatePoint }
  | { readonly kind: "weeks"; readonly from: number; readonly to: number; readonly step: number }
  | { readonly kind: "weekdays"; readonly mask: number }
  | { readonly kind: "nth"; readonly weekday: number; readonly nth: number }
  | { readonly kind: "holiday"; readonly offset: number }

/** Minutes after midnight; `to` is exclusive. `uncertain` spans are unknown whatever their rule says. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
  readonly uncertain: boolean
}

export interface Rule {
  /** All groups must match; a group matches when one of its selectors does. */
  readonly dates: ReadonlyArray<ReadonlyArray<DateSelector>>
  /** Empty: the whole day. */
  readonly spans: ReadonlyArray<TimeSpan>
  readonly state: StateCode
  /** `||`: applies only where everything before it says closed. */
  readonly fallback: boolean
  /** `,`: adds to what was said before and overrides nothing. */
  readonly additional: boolean
  /** What reaches past midnight out of the rule before it; dates are those of the day before. */
  readonly spill: boolean
}

/** The states of any week where every week is alike: compact, and found by binary search. */
export interface WeekTable {
  /** Minutes after Monday 00:00 at which the state changes; the first is 0. */
  readonly starts: Int16Array
  readonly states: Uint8Array
}

export interface Hours {
  readonly text: string
  readonly country: string
  readonly rules: ReadonlyArray<Rule>
  /** Every minute of a day at which something may change, ascending, 0 first. */
  readonly edges: Int16Array
  /** `null` where weeks differ (dates, holidays, nth weekdays). */
  readonly week: WeekTable | null
}

/** Longer values do not occur outside of attacks. */
export const MAX_HOURS_LENGTH = 1000
/** As many rules as a value may have, wrapped ones counted: it bounds what one evaluation can cost. */
export const MAX_RULES = 100

/** Hours that could not be understood; the place's hours are then unknown. */
export class HoursProblem extends Schema.TaggedError<HoursProblem>()("HoursProblem", {
  /** `syntax`: not OSM opening hours. `unsupported`: valid, but cannot be decided from the calendar alone. */
  kind: Schema.Literals(["syntax", "unsupported"]),
  /** Character position in the text. */
  at: Schema.Int,
  message: Schema.String
}) {}
