/** What reaches many trips at once: those in memory first, and then those that have to be woken up. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type { CityConditions } from "../../domain/city/model.ts"
import type { CityId, TripId } from "../../domain/ids.ts"
import type { TripReply } from "../../domain/trip/commands.ts"
import type { TripSelfCommand } from "../../domain/trip/decide.ts"
import type { TripFailure } from "../../services/trip-runtime.ts"
import type { TripStorage } from "../../services/trip-storage.ts"
import { inSlices } from "../../support/slices.ts"
import { Pending } from "../engine/cell.ts"
import type { Engine } from "../engine/engine.ts"
import type { TripHub } from "./hub.ts"
import type { TripTypes } from "./parts.ts"

/** How long a trip in memory may take to hear of an event; it is at work for somebody, or writing. */
const RESIDENT_MILLIS = 10_000

/** How long a page of trips that have to be read first may take: some wait for all the others of their page. */
const COLD_MILLIS = 60_000

/** Trips that are woken up together. */
const PAGE = 500

/** Ids that one query reads when the trips of a city are named: most of them are in memory already. */
const IDS_PAGE = 5_000

/** Tells trips, and answers when each of them has said what it makes of that. */
const tellAll = Effect.fnUntraced(function* (
  engine: Engine<TripTypes>,
  ids: ReadonlyArray<string>,
  command: TripSelfCommand,
  deadlineMillis: number
) {
  const told = { trips: 0, touched: 0, missed: 0 }
  const all = Latch.makeUnsafe(false)
  let open = 1
  const settle = (reply: TripReply | TripFailure) => {
    if (reply._tag === "noted" && reply.offer !== null) told.touched++
    if (reply instanceof Error) told.missed++
    else told.trips++
    if (--open === 0) all.openUnsafe()
  }
  yield* inSlices(ids, (id) => {
    open++
    const outcome = engine.askSync(id, command, deadlineMillis)
    if (outcome instanceof Pending) outcome.onSettled(settle)
    else settle(outcome)
  })
  if (--open > 0) yield* all.await
  return told
})

/** Tells the active trips in memory first; then wakes the ones that are not, where the database can name them. */
export const citysTrips = (engine: Engine<TripTypes>, hub: TripHub, storage: TripStorage["Service"]) =>
  Effect.fnUntraced(function* (city: CityId, conditions: CityConditions, news: ReadonlySet<string>) {
    const events = conditions.events.filter((event) => news.has(event.id))
    const command = { _tag: "city_changed", conditions, events } as const
    const page = (after: TripId | undefined) =>
      storage
        .underWayIds(city, after, IDS_PAGE)
        .pipe(
          Effect.catch((error) =>
            Effect.as(
              Effect.logWarning(`Trips that are not in memory hear of it when they come back: ${error.message}`),
              []
            )
          )
        )
    const first = yield* Effect.forkChild(page(undefined))
    let { trips, touched, missed } = yield* tellAll(engine, [...hub.ofCity(city)], command, RESIDENT_MILLIS)
    let ids = yield* Fiber.join(first)
    while (ids.length > 0) {
      const cold = ids.filter((id) => engine.peek(id) === undefined)
      for (let from = 0; from < cold.length; from += PAGE) {
        const told = yield* tellAll(engine, cold.slice(from, from + PAGE), command, COLD_MILLIS)
        trips += told.trips
        touched += told.touched
        missed += told.missed
      }
      ids = ids.length === IDS_PAGE ? yield* page(ids.at(-1)) : []
    }
    if (missed > 0)
      yield* Effect.logWarning(`${missed} trips could not be told now: they hear of it when they come back.`)
    return { trips, touched }
  })
