/** What a secret link leads to at this moment: nothing, once it is revoked, has run out, or its maker has left the trip. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type LinkKind, readSecret } from "../../domain/trip/links.ts"
import { TripLinks } from "../../services/trip-links.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { NotFound } from "../api/problems.ts"
import { orUnavailable } from "./refusals.ts"
import { tripProblem } from "./trip-problems.ts"

const noLink = new NotFound({
  detail: "This link does not hold any more, or the code was mistyped. Ask whoever sent it for a new one."
})

export const makeOpening = Effect.gen(function* () {
  const links = yield* TripLinks
  const trips = yield* TripRuntime

  /** The link and its trip, as its maker may see it now. */
  return Effect.fnUntraced(function* (kind: LinkKind, typed: string) {
    const secret = readSecret(kind, typed)
    if (secret === undefined) return yield* noLink
    const link = yield* orUnavailable(links.find(kind, secret, yield* Clock.currentTimeMillis))
    if (link === undefined) return yield* noLink
    const reply = yield* trips.ask(link.trip_id, { _tag: "read", by: link.user_id }).pipe(
      Effect.mapError(tripProblem),
      Effect.catchTag("NotFound", () => Effect.fail(noLink))
    )
    if (reply._tag !== "trip") return yield* Effect.die(`A reading was answered with ${reply._tag}.`)
    const { trip } = reply
    if (kind === "invite" && trip.user_id !== link.user_id) return yield* noLink
    return { link, trip }
  })
})
