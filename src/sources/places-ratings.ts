/**
 * What visitors think of a city that other sources describe: the stars of a places service, as evidence beside what locals say. Nothing
 * else of the service goes into the catalog, and its stars stay as long as its terms allow.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CityInfo } from "../domain/catalog/city-file.ts"
import { type Described, matchPlaces } from "../domain/catalog/conflation/match.ts"
import { cityIdOf, type QualitySignal } from "../domain/catalog/node.ts"
import { CatalogStore, type KnownNode, type NodeSignals } from "../services/catalog-store.ts"
import type { SeedSummary } from "../services/city-seeder.ts"
import { type Place, PlacesSource } from "../services/places-source.ts"
import { categoryOfTypes, PLACES_LICENCE, PLACES_SOURCE, QUERIES } from "./places-city.ts"

const NO_STARS = "has no stars"
const UNKNOWN = "is no place of this catalog, or not clearly one"

const ourPlace = ({ id, name, names, category, lat, lon }: KnownNode): Described => ({
  ...{ id, lat, lon, kind: category, website: undefined },
  names: [...new Set([name, ...Object.values(names)])]
})

const theirPlace = ({ id, name, lat, lon, types }: Place): Described => ({
  ...{ id, lat, lon, kind: categoryOfTypes(types), website: undefined },
  names: [name]
})

/** The stars of a place as a signal; the day that they were read on is when they begin to grow old. */
const starsOf = ({ rating, ratings }: Place, today: string): QualitySignal | undefined =>
  rating === null || ratings === 0
    ? undefined
    : {
        source: PLACES_SOURCE,
        kind: "aggregator",
        voice: "tourist",
        mentions: ratings,
        score: Math.min(1, Math.max(0, rating / 5)),
        avoid_mentions: 0,
        last_seen: today,
        quotes: [],
        licence: PLACES_LICENCE
      }

/** Everything that the service knows there, asked for once and then from its cache; and what it did not answer. */
const placesOf = Effect.fnUntraced(function* (city: CityInfo) {
  const service = yield* PlacesSource
  const found = new Map<string, Place>()
  const broken: Array<string> = []
  for (const query of QUERIES) {
    const answer = yield* Effect.result(service.search({ text: `${query} in ${city.name}`, bounds: city.bounds }))
    if (answer._tag === "Failure") broken.push(`${query}: ${answer.failure.message}`)
    else for (const place of answer.success) if (!place.closed_for_good) found.set(place.id, place)
  }
  return { found: [...found.values()], broken }
})

export const ratePlaces = Effect.fn("ratePlaces")(function* (city: CityInfo, known: ReadonlyArray<KnownNode>) {
  const began = yield* Clock.currentTimeMillis
  const today = new Date(began).toISOString().slice(0, 10)
  const store = yield* CatalogStore
  const { found, broken } = yield* placesOf(city)
  const places = new Map(found.map((place) => [place.id, place]))
  const matches = matchPlaces(known.map(ourPlace), found.map(theirPlace))
  const rated = matches.flatMap(({ a, b }): ReadonlyArray<NodeSignals> => {
    const stars = starsOf(places.get(b)!, today)
    return stars === undefined ? [] : [{ node_id: a, signals: [stars] }]
  })
  if (rated.length > 0) yield* store.saveSignals(rated)
  const closed = yield* store.close(cityIdOf(city.slug))
  const leftOut = { [NO_STARS]: matches.length - rated.length, [UNKNOWN]: found.length - matches.length }
  const summary: SeedSummary = {
    ...{ city: city.slug, source: PLACES_SOURCE, new: 0, changed: rated.length, unchanged: 0, retired: 0 },
    ...{ joined: matches.length, rejected: 0, rejections: [], notes: [], unread_hours: [], broken },
    left_out: Object.fromEntries(Object.entries(leftOut).filter(([, count]) => count > 0)),
    catalog_version: closed.catalog_version,
    took_ms: (yield* Clock.currentTimeMillis) - began,
    counts: closed.counts
  }
  return summary
})
