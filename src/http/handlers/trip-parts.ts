/** What every route of a trip is made of: asking its actor, and showing what came of it. */
import * as Effect from "effect/Effect"
import type { TripId, UserId } from "../../domain/ids.ts"
import { exclusionOf } from "../../domain/itinerary/exclusion.ts"
import type { Veto } from "../../domain/plan/model.ts"
import { modelVersion } from "../../domain/ranking.ts"
import { zoneOf } from "../../domain/time/zone.ts"
import type { TripCommand } from "../../domain/trip/commands.ts"
import { instantIn } from "../../domain/trip/fixed.ts"
import type { TripState } from "../../domain/trip/model.ts"
import { nodeBrief } from "../../domain/view/node.ts"
import { changeView, tripView } from "../../domain/view/trip.ts"
import type { Intention } from "../../domain/vocabulary.ts"
import { Catalog } from "../../services/catalog.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { CurrentCaller } from "../api/identity.ts"
import { Unprocessable } from "../api/problems.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { makeShowing } from "../showing.ts"
import { ifMatchVersion } from "./if-match.ts"
import { orUnavailable } from "./refusals.ts"
import { tripProblem } from "./trip-problems.ts"

const NOTHING_VETOED: Pick<Veto, "node_ids" | "tags"> = { node_ids: [], tags: [] }

export const makeParts = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const showing = yield* makeShowing
  const trips = yield* TripRuntime

  const answeredBy = (trip: TripState) =>
    Effect.map(RequestScope, (scope) => {
      scope.modelVersion = modelVersion(trip.model)
    })

  const show = Effect.fnUntraced(function* (trip: TripState) {
    const shown = yield* orUnavailable(showing.of(trip))
    yield* answeredBy(trip)
    return tripView(trip, shown)
  })

  const showChange = Effect.fnUntraced(function* (before: TripState, after: TripState) {
    const shown = yield* orUnavailable(showing.of(after))
    yield* answeredBy(after)
    return changeView(before.slots, after, shown)
  })

  /** The slots that go against these vetoes. */
  const against = Effect.fnUntraced(function* (trip: TripState, veto: Pick<Veto, "node_ids" | "tags">) {
    const catalog = yield* orUnavailable(catalogs.city(trip.city))
    const excluded = exclusionOf(catalog, {}, [veto])
    return trip.slots.flatMap((slot) => {
      const index = catalog.indexOf(slot.node_id)
      return index === undefined || excluded(index) === undefined ? [] : [slot.id]
    })
  })

  /** What this member has ruled out, and nobody else's. */
  const vetoesOf = Effect.fnUntraced(function* (trip: TripState, userId: UserId) {
    const catalog = yield* orUnavailable(catalogs.city(trip.city))
    const veto = trip.vetoes.find(({ user_id }) => user_id === userId) ?? NOTHING_VETOED
    const nodes = veto.node_ids.flatMap((id) => {
      const index = catalog.indexOf(id)
      return index === undefined ? [] : [nodeBrief(catalog.nodes[index]!)]
    })
    return { nodes, tags: veto.tags, affected_slots: yield* against(trip, veto) }
  })

  const ask = (id: TripId, command: TripCommand) => Effect.mapError(trips.ask(id, command), tripProblem)

  /** Asks for a change and gives the trip after it. */
  const change = (id: TripId, command: TripCommand) =>
    Effect.flatMap(ask(id, command), (reply) =>
      reply._tag === "changed" ? Effect.succeed(reply.trip) : Effect.die(`A change was answered with ${reply._tag}.`)
    )

  const read = (id: TripId, by: UserId) =>
    Effect.flatMap(ask(id, { _tag: "read", by }), (reply) =>
      reply._tag === "trip" ? Effect.succeed(reply.trip) : Effect.die(`A reading was answered with ${reply._tag}.`)
    )

  /** What every write carries: who, based on which version, under which key. */
  const writer = Effect.fnUntraced(function* (headers?: { readonly "if-match"?: string }) {
    const { userId } = yield* CurrentCaller
    const scope = yield* RequestScope
    const version = yield* ifMatchVersion(headers?.["if-match"])
    return {
      by: userId,
      ...(version === undefined ? {} : { if_match: version }),
      ...(scope.idempotencyKey === undefined ? {} : { idempotency_key: scope.idempotencyKey })
    }
  })

  return { show, showChange, against, vetoesOf, ask, change, read, writer }
})

export type Parts = Effect.Success<typeof makeParts>
export type Writer = Effect.Success<ReturnType<Parts["writer"]>>

/** The instant of a text in the trip's city, or a refusal that names the field. */
export const momentIn = (trip: TripState, text: string | undefined) => {
  if (text === undefined) return Effect.succeed({})
  const at = instantIn(zoneOf(trip.time_zone)!, text)
  if (at !== undefined) return Effect.succeed({ at })
  const message = `"${text}" is no time of any day`
  return Effect.fail(new Unprocessable({ detail: `at: ${message}`, errors: [{ path: ["at"], message }] }))
}

interface Said {
  readonly day?: number
  readonly at?: string
  readonly reason?: typeof Intention.Type
}

/** Where a stop is to go, and why. */
export const whereIn = (trip: TripState, { at, day, reason }: Said) =>
  Effect.map(momentIn(trip, at), (moment) => ({
    ...moment,
    ...(day === undefined ? {} : { day }),
    ...(reason === undefined ? {} : { intention: reason })
  }))
