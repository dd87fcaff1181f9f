/** Takes up new catalog versions as they are announced, and looks by itself now and then in case one was missed. */

import { PgClient } from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import { Catalog } from "../../services/catalog.ts"
import { CATALOG_CHANGED } from "../../services/catalog-store.ts"
import { inRounds } from "../../support/rounds.ts"

/** How soon a version is noticed whose announcement was missed. */
const LOOK_EVERY = "1 minute"

/** Before the channel is opened again after the database was away. */
const REOPEN = Schedule.spaced("2 seconds")

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const client = yield* PgClient
    const catalogs = yield* Catalog

    const take = (slug: string) =>
      Effect.catch(catalogs.refresh(slug), (error) => Effect.logDebug(`Catalog not refreshed: ${error.message}`))

    const listen = Effect.scoped(
      Effect.gen(function* () {
        const announcements = yield* client.listen(CATALOG_CHANGED)
        for (;;) {
          const { payload } = yield* Queue.take(announcements)
          if (catalogs.resident(payload ?? "") !== undefined) yield* take(payload ?? "")
        }
      })
    )
    yield* listen.pipe(
      Effect.catchCause(() => Effect.fail("closed" as const)),
      Effect.retry(REOPEN),
      Effect.ignore,
      Effect.forkScoped
    )

    const lookAround = Effect.gen(function* () {
      const cities = yield* Effect.orElseSucceed(catalogs.cities, () => [])
      for (const { slug, catalog_version } of cities) {
        const held = catalogs.resident(slug)
        if (held !== undefined && held.version < catalog_version) yield* take(slug)
      }
    })
    yield* inRounds("Looking for newer catalogs", lookAround, LOOK_EVERY)
  })
)
