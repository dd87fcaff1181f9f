/** Places whose hours an operator should look up again, because travelers stood before a closed door. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

export interface DoorCheck {
  readonly city: string
  readonly node_id: string
  readonly name: string
  /** As they are written now; reports about other hours are not counted. */
  readonly opening_hours: string | null
  readonly website: string | null
  /** People who found it closed or open, and when, in its own zone: 0 is Monday. */
  readonly closed: number
  readonly open: number
  readonly at: ReadonlyArray<{
    readonly weekday: number
    readonly hour: number
    readonly closed: number
    readonly open: number
  }>
  readonly last_report: Date
}

export class DoorChecksUnavailable extends Schema.TaggedError<DoorChecksUnavailable>()("DoorChecksUnavailable", {
  message: Schema.String
}) {}

export class DoorChecks extends Context.Service<
  DoorChecks,
  {
    /** Those that most people found closed first, and no more than can be looked up. One ends when its hours are seeded anew. */
    readonly list: Effect.Effect<ReadonlyArray<DoorCheck>, DoorChecksUnavailable>
  }
>()("overplanned/DoorChecks") {}
