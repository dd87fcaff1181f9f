import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { TripId } from "../domain/ids.ts"
import { Jobs } from "../services/jobs.ts"
import { REPAIR_TRIP, type Repaired, type RepairRequest, TripMending } from "../services/trip-mending.ts"
import { Refused } from "./refused.ts"

/** Something is still missing, or nobody has done the work yet: exit code 1. */
class NotMended extends Schema.TaggedError<NotMended>()("NotMended", { message: Schema.String }) {}

const LOOK_EVERY = "200 millis"

/** Longest that the command waits for a server to do the work; the job stays, whoever waits. */
const MOST_WAIT_SECONDS = 3_600

const changes = (count: number) => (count === 1 ? "1 change" : `${count} changes`)

export interface Repairing<E, R> {
  /** Does it itself, where the journal lies here and no server holds it. */
  readonly here: (request: RepairRequest) => Effect.Effect<Option.Option<Repaired>, E, R>
}

const whatFor = (trip: Option.Option<TripId>, giveUp: boolean): RepairRequest => ({
  ...(Option.isSome(trip) ? { trip_id: trip.value } : {}),
  ...(giveUp ? { give_up: true } : {})
})

/** Asks the server that holds the journal, and waits for it. */
const byServer = Effect.fnUntraced(function* (request: RepairRequest, wait: number) {
  const jobs = yield* Jobs
  const { id } = yield* jobs.enqueue(REPAIR_TRIP, request)
  const job = yield* jobs.find(id).pipe(
    Effect.repeat({
      until: (found) => found?.state === "done" || found?.state === "failed",
      schedule: Schedule.spaced(LOOK_EVERY)
    }),
    Effect.timeoutOption(wait * 1_000)
  )
  const done = Option.isSome(job) ? job.value : undefined
  if (done === undefined) {
    return yield* new NotMended({
      message: `No server took this up within ${wait} seconds. It is done as soon as one runs: start it, or ask for job ${id}. Where the journal lies (OVERPLANNED_DATA_DIR), the command does it without a server.`
    })
  }
  if (done.state === "failed") return yield* new NotMended({ message: done.error ?? "The repair failed." })
  return done.result as Repaired
})

/** Puts back what trips lack, or has the server do it, and tells what stays missing. */
export const repairTrip = <E, R>({ here }: Repairing<E, R>) =>
  Command.make(
    "repair-trip",
    {
      trip: Flag.String("trip").pipe(
        Flag.withDescription("The trip to repair."),
        Flag.withSchema(TripId),
        Flag.optional
      ),
      all: Flag.Boolean("all").pipe(Flag.withDescription("Every trip that lacks something."), Flag.withDefault(false)),
      giveUp: Flag.Boolean("give-up").pipe(
        Flag.withDescription(
          "What cannot be put back stays lost: its record is deleted, and operators are not reminded of it any more."
        ),
        Flag.withDefault(false)
      ),
      wait: Flag.Int("wait").pipe(
        Flag.withDescription("How many seconds to wait for a running server to do it."),
        Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_WAIT_SECONDS }))),
        Flag.withDefault(60)
      ),
      json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false))
    },
    Effect.fnUntraced(function* ({ all, giveUp, json, trip, wait }) {
      const mending = yield* TripMending
      if (all === Option.isSome(trip)) {
        return yield* new Refused({
          message: "Say which trip: --trip <id>, or --all for every trip that lacks something."
        })
      }
      const request = whatFor(trip, giveUp)
      const done = yield* here(request)
      const { lost, put_back, trips } = Option.isSome(done) ? done.value : yield* byServer(request, wait)
      const left = (yield* mending.missing).filter((one) => Option.isNone(trip) || one.trip_id === trip.value)
      if (json) yield* Console.log(JSON.stringify({ trips, put_back, lost, missing: left }))
      else {
        yield* Console.log(
          `${trips === 1 ? "1 trip" : `${trips} trips`} looked at: ${changes(put_back)} put back, ${changes(lost)} lost.`
        )
        for (const { seq, trip_id, type } of left) {
          yield* Console.log(
            `${trip_id}: change ${seq} (${type ?? "of an unknown kind"}) stays lost: its record is not here, cannot be stored, or something was decided without it. Its members see that. --give-up ends the reminders.`
          )
        }
      }
      if (left.length > 0) return yield* new NotMended({ message: json ? "" : "Something is still missing." })
    })
  ).pipe(
    Command.withDescription(
      "Puts back changes of trips that the database would not take when they were made, and tells what stays lost. A running server does it; while none runs, the command itself, where the journal lies."
    )
  )
