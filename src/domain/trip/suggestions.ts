/** Places that a trip is told of when it asks what could be: nothing changes by asking. */
import * as Schema from "effect/Schema"
import { BEFORE_ONE_GOES, NodeBrief, NoPivotReason } from "../pivot/model.ts"

/** A visit that was checked: open or nobody knows, reached in time, in time for what follows. */
export const SuggestedStop = Schema.Struct({
  node: NodeBrief,
  /** RFC 3339 in UTC. */
  starts_at: Schema.String,
  ends_at: Schema.String,
  open: Schema.Literals(["open", "unknown"]),
  ...BEFORE_ONE_GOES,
  /** The way there. */
  travel_minutes: Schema.Int,
  why: Schema.Array(Schema.String)
})
export type SuggestedStop = typeof SuggestedStop.Type

/** What could stand in a stop's place, best first. */
export const Choices = Schema.Struct({
  choices: Schema.Array(SuggestedStop),
  /** Where there are none, or few. */
  reasons: Schema.Array(NoPivotReason)
})
export type Choices = typeof Choices.Type

/** What fits into some minutes: one place, or several after each other. */
export const Fits = Schema.Struct({
  starts_at: Schema.String,
  /** When one has to be back on the way, or where the next stop is. */
  ends_at: Schema.String,
  options: Schema.Array(
    Schema.Struct({
      stops: Schema.Array(SuggestedStop),
      /** All ways together, the one to the next stop of the plan among them. */
      way_minutes: Schema.Int
    })
  ),
  reasons: Schema.Array(NoPivotReason)
})
export type Fits = typeof Fits.Type

export const LEAST_FITTING = 15
export const MOST_FITTING = 480
