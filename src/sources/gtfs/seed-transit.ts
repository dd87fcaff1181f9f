/** Seeding a city's lines from a feed of GTFS. The city's places come first: they say where it lies. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Position } from "../../domain/basics/geo.ts"
import type { CityInfo } from "../../domain/catalog/city-file.ts"
import { liesWithin } from "../../domain/catalog/extent.ts"
import { cityIdOf } from "../../domain/catalog/node.ts"
import { CatalogStore } from "../../services/catalog-store.ts"
import { SeedRefused, type SeedSummary } from "../../services/city-seeder.ts"
import { Machine } from "../../support/machine.ts"
import { readFeed } from "./read-feed.ts"

/** Stations so far outside of where the city's places lie still belong to it: about five kilometres. */
const AROUND = 0.045

const around = ({ bounds }: CityInfo) => {
  const { south, north, west, east } = bounds
  const box = { south: south - AROUND, north: north + AROUND, west: west - 1.5 * AROUND, east: east + 1.5 * AROUND }
  return (at: Position) => liesWithin(box, at)
}

const isoDay = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

export const seedTransit = Effect.fn("seedTransit")(function* (slug: string, path: string) {
  const { elapsed } = yield* Machine
  const began = elapsed()
  const store = yield* CatalogStore
  const city = yield* store.city(slug)
  if (city === undefined) {
    return yield* new SeedRefused({
      message: `There is no city "${slug.slice(0, 64)}" yet that lines could belong to. Seed its places first, then its feed.`
    })
  }
  const { leftOut, network } = yield* Effect.tryPromise({
    try: () => readFeed(path, around(city)),
    catch: (cause) =>
      new SeedRefused({
        message: `${path} cannot be read as a feed of GTFS: ${cause instanceof Error ? cause.message : String(cause)}.`
      })
  })
  if (network.lines.length === 0) {
    return yield* new SeedRefused({
      message: `No line of ${path} stops twice in ${city.name}. Is it the feed of another city?`
    })
  }
  const { catalog_version, changed } = yield* store.saveTransit(cityIdOf(slug), network)
  const over = network.until !== null && network.until < isoDay(yield* Clock.currentTimeMillis)
  const summary: SeedSummary = {
    city: slug,
    source: "gtfs",
    new: 0,
    changed: changed ? network.lines.length : 0,
    unchanged: changed ? 0 : network.lines.length,
    retired: 0,
    joined: 0,
    rejected: 0,
    rejections: [],
    notes: over
      ? [
          {
            item: "calendar",
            reason: `It ended on ${network.until}: lines may run elsewhere by now. They were taken all the same; a newer feed takes their place.`
          }
        ]
      : [],
    left_out: leftOut,
    unread_hours: [],
    broken: [],
    catalog_version,
    took_ms: Math.round(elapsed() - began),
    counts: { lines: network.lines.length, stations: network.stations.length }
  }
  return summary
})
