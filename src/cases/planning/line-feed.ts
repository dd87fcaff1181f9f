/**
 * Tells every city what its agencies say of their lines, on a schedule: the train is late without anybody pressing a button. The same
 * news is told once however often it is read. It belongs where trips are live: it tells them itself.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CityId } from "../../domain/ids.ts"
import { eventsOf } from "../../domain/transit/realtime.ts"
import { Catalog } from "../../services/catalog.ts"
import { LineNewsSource } from "../../services/line-news.ts"
import { CityWatch } from "../../services/trip-helpers.ts"
import { TripRuntime } from "../../services/trip-runtime.ts"
import { inRounds } from "../../support/rounds.ts"

/** Events of one city that a round tells at most; the rest follows in the next ones. */
const MOST_AT_ONCE = 64

const announceFor = Effect.fnUntraced(function* (slug: string) {
  const source = yield* LineNewsSource
  const catalogs = yield* Catalog
  const trips = yield* TripRuntime
  const watch = yield* CityWatch
  const now = yield* Clock.currentTimeMillis
  const { city } = yield* catalogs.city(slug)
  const id = city.id as CityId
  const { events: standing } = yield* watch.conditions(id)
  const known = new Set(standing.map((event) => event.id))
  const news = eventsOf(slug, yield* source.of(slug), now, MOST_AT_ONCE + known.size).filter(
    (event) => !known.has(event.id)
  )
  yield* Effect.forEach(news.slice(0, MOST_AT_ONCE), (event) => trips.announce(id, event))
})

/** One round over all feeds; a city whose feed cannot be had is tried again in the next. */
const announceLines = Effect.gen(function* () {
  const { cities } = yield* LineNewsSource
  for (const slug of cities) {
    yield* Effect.catch(announceFor(slug), (error) =>
      Effect.logWarning(`No news of the lines of ${slug} this time: ${error.message}`)
    )
  }
})

export const layer = (options: { readonly every: Duration.Input }) =>
  Layer.effectDiscard(inRounds("Announcing delays", announceLines, options.every))
