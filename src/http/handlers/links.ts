/** Secret links: invitations that whoever holds them may take up, calendars, and views of the plan to read. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { writtenSpoken } from "../../domain/basics/spoken.ts"
import type { TripId, UserId } from "../../domain/ids.ts"
import { linkMillis, linkPath } from "../../domain/trip/links.ts"
import { isMember } from "../../domain/trip/model.ts"
import { tripCalendar } from "../../domain/view/calendar.ts"
import { tripView } from "../../domain/view/trip.ts"
import { type TripLink, TripLinks } from "../../services/trip-links.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { Api } from "../api/api.ts"
import { CurrentCaller } from "../api/identity.ts"
import { Conflict, NotFound, Unavailable } from "../api/problems.ts"
import { RequestScope } from "../middleware/request-scope.ts"
import { makeShowing } from "../showing.ts"
import { makeOpening } from "./open-link.ts"
import { orUnavailable } from "./refusals.ts"
import { tripProblem } from "./trip-problems.ts"

export const CALENDAR_PATH = "/calendar/:file"

/** An invitation that is taken up lives for the moment between being written and being answered. */
const ANSWER_MS = 60_000

const WHAT_MEMBERS_SEE = [
  "the plan, and every change of it",
  "who else travels, and which stops are there for whom",
  "that somebody has ruled something out, and never who or what: such wishes stay private"
]

const linkView = ({ id, kind, from_name, expires_at }: TripLink) => ({
  id,
  kind,
  from_name,
  expires_at: new Date(expires_at).toISOString()
})

const make = Effect.gen(function* () {
  const links = yield* TripLinks
  const trips = yield* TripRuntime

  const read = (id: TripId, by: UserId) =>
    Effect.flatMap(Effect.mapError(trips.ask(id, { _tag: "read", by }), tripProblem), (reply) =>
      reply._tag === "trip" ? Effect.succeed(reply.trip) : Effect.die(`A reading was answered with ${reply._tag}.`)
    )

  const open = yield* makeOpening
  return { links, trips, read, open }
})

export const layer = HttpApiBuilder.group(
  Api,
  "links",
  Effect.fnUntraced(function* (group) {
    const { links, trips, read, open } = yield* make
    const showing = yield* makeShowing
    return group.handleAll({
      make: ({ params, payload }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const { kind, from_name = null, days } = payload
          const trip = yield* read(params.id, userId)
          if (kind === "invite" && trip.user_id !== userId) {
            return yield* new Conflict({ detail: "Only the trip's owner may invite somebody." })
          }
          // Sent again under the same key, it is another link: no receipt keeps the secret.
          ;(yield* RequestScope).tellsSecret = true
          const now = yield* Clock.currentTimeMillis
          const wanted = {
            trip_id: trip.id,
            user_id: userId,
            kind,
            from_name,
            expires_at: now + linkMillis(kind, days)
          }
          const { link, secret } = yield* Effect.mapError(links.make(wanted, now), (error) =>
            error._tag === "TooManyLinks"
              ? new Conflict({ detail: error.message })
              : new Unavailable({ detail: error.message, retry_after_seconds: 2 })
          )
          return { ...linkView(link), code: writtenSpoken(secret), path: linkPath(kind, secret) }
        }),

      mine: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          yield* read(params.id, userId)
          const mine = yield* orUnavailable(links.mine(params.id, userId, yield* Clock.currentTimeMillis))
          return { links: mine.map(linkView) }
        }),

      revoke: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          // Also of a trip that one has left: a link of one's own can always be taken back.
          if (!(yield* orUnavailable(links.revoke(params.id, userId, params.link_id)))) {
            return yield* new NotFound({ detail: "You made no such link to this trip, or it was revoked already." })
          }
        }),

      invitation: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const { link, trip } = yield* open("invite", params.code)
          return {
            from_name: link.from_name,
            city: trip.city,
            start_date: trip.start_date,
            end_date: trip.end_date,
            status: trip.status,
            travelers: trip.members.length,
            joined: isMember(trip, userId),
            expires_at: new Date(link.expires_at).toISOString(),
            sees: WHAT_MEMBERS_SEE
          }
        }),

      accept: ({ params }) =>
        Effect.gen(function* () {
          const { userId } = yield* CurrentCaller
          const { link, trip } = yield* open("invite", params.code)
          const ask = (command: Parameters<typeof trips.ask>[1]) =>
            Effect.flatMap(Effect.mapError(trips.ask(trip.id, command), tripProblem), (reply) =>
              reply._tag === "changed"
                ? Effect.succeed(reply.trip)
                : Effect.die(`A change was answered with ${reply._tag}.`)
            )
          const expires_at = (yield* Clock.currentTimeMillis) + ANSWER_MS
          if (!isMember(trip, userId)) {
            // Looked up once more: they may have been sent away, and the link revoked with that, after it was found.
            yield* open("invite", params.code)
            yield* ask({ _tag: "invite", by: link.user_id, user_id: userId, expires_at })
          }
          const joined = yield* ask({ _tag: "join", by: userId })
          return tripView(joined, yield* orUnavailable(showing.of(joined)))
        })
    })
  })
)

/** The calendar of a link: whoever asks again with the ETag they were given reads nothing twice. */
export const calendar = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const { open } = yield* make
    const showing = yield* makeShowing
    yield* router.add(
      "GET",
      CALENDAR_PATH,
      Effect.gen(function* () {
        const { file = "" } = yield* HttpRouter.params
        const { trip } = yield* open("calendar", file.replace(/\.ics$/, ""))
        const shown = yield* orUnavailable(showing.of(trip))
        const etag = `"${trip.epoch}-${trip.seq}-${shown.catalog.version}"`
        const headers = { etag, "cache-control": "private, no-cache", "referrer-policy": "no-referrer" }
        const request = yield* HttpServerRequest
        if (request.headers["if-none-match"] === etag) return Response.empty({ status: 304, headers })
        const text = tripCalendar(tripView(trip, shown), shown.catalog.city.name, yield* Clock.currentTimeMillis)
        return Response.text(text, { contentType: "text/calendar; charset=utf-8", headers })
      })
    )
  })
)
