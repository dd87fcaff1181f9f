/** A plan for whoever holds a link to read it. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { sharedView } from "../../domain/view/shared.ts"
import { Api } from "../api/api.ts"
import { NotFound, Unavailable } from "../api/problems.ts"
import { makeShowing } from "../showing.ts"
import { makeOpening } from "./open-link.ts"
import { orUnavailable } from "./refusals.ts"

export const layer = HttpApiBuilder.group(
  Api,
  "shared",
  Effect.fnUntraced(function* (group) {
    const open = yield* makeOpening
    const showing = yield* makeShowing
    return group.handleAll({
      read: ({ params }) =>
        Effect.gen(function* () {
          const { link, trip } = yield* open("share", params.code)
          const shown = yield* orUnavailable(showing.of(trip))
          const { from_name, expires_at } = link
          return { ...sharedView(trip, shown), from_name, expires_at: new Date(expires_at).toISOString() }
        }).pipe(
          Effect.mapError((problem) =>
            problem instanceof NotFound || problem instanceof Unavailable
              ? problem
              : new Unavailable({
                  detail: problem.detail ?? "The plan cannot be read right now.",
                  retry_after_seconds: 2
                })
          )
        )
    })
  })
)
