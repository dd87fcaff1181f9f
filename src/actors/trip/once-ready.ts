/** Whoever asks a trip before its city's catalog is in memory waits for that, within bounds, rather than being told to ask again. */
import * as Effect from "effect/Effect"
import type { TripReply } from "../../domain/trip/commands.ts"
import { TripNotReady, type TripRejection } from "../../domain/trip/rejections.ts"
import type { Catalog } from "../../services/catalog.ts"
import type { Engine } from "../engine/engine.ts"
import type { TripTypes } from "./parts.ts"

/** A busy start loads several cities at once; a deadline of the caller's own may end it earlier. */
const CATALOG_WAIT = "3 seconds"

export const onceReady =
  (engine: Engine<TripTypes>, catalog: Catalog["Service"]) =>
  <E>(id: string, ask: Effect.Effect<TripReply | TripRejection, E>): Effect.Effect<TripReply | TripRejection, E> =>
    Effect.flatMap(ask, (reply) => {
      const city = reply instanceof TripNotReady ? engine.peek(id)?.trip?.city : undefined
      if (city === undefined) return Effect.succeed(reply)
      return catalog.city(city).pipe(
        Effect.timeout(CATALOG_WAIT),
        Effect.flatMap((loaded) => {
          // Before what is asked: commands of one sender keep their order.
          engine.askSync(id, { _tag: "world_known", catalog: loaded, refreshed: true })
          return ask
        }),
        Effect.catch(() => Effect.succeed(reply))
      )
    })
