/** What a fresh machine gets by itself: our own cities, and a demo traveler with a trip under way. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import { DEMO_TRAVELER } from "../domain/demo.ts"
import { localDate, zoneOf } from "../domain/time/zone.ts"
import { announce } from "../layers/files/logging.ts"
import { Catalog } from "../services/catalog.ts"
import { CitySeeder, SEED_CITY } from "../services/city-seeder.ts"
import { Jobs } from "../services/jobs.ts"
import { Newcomers } from "../services/newcomers.ts"
import { Personas } from "../services/personas.ts"
import { TripGeneration } from "../services/trip-generation.ts"

const FIRST_CITY = "seattle"

const DEMO_DAYS = 3

const DEMO_TASTES = {
  tags: { food: ["ramen", "coffee", "bakery"], likes: ["bookstore", "live music", "waterfront"], pace: "moderate" }
}

/** Queues cities to be seeded behind the first answers: a start that is killed meanwhile is gone on with by the next one. */
const seedLater = Effect.fnUntraced(function* (cities: ReadonlyArray<string>) {
  const jobs = yield* Jobs
  for (const city of cities) yield* jobs.enqueue(SEED_CITY, { city, source: "curated" }, { key: `first ${city}` })
})

/** Fills an empty database: with the first of our cities at once, with the others soon. */
export const firstCities = Layer.effectDiscard(
  Effect.gen(function* () {
    const settings = yield* Config
    const catalogs = yield* Catalog
    const seeder = yield* CitySeeder
    const cities = yield* catalogs.cities
    if (cities.length > 0) return
    const [first = FIRST_CITY, ...others] = settings.FIRST_CITIES
    yield* seedLater(others)
    const { counts } = yield* seeder.seed({ city: first, source: "curated" })
    yield* announce(`Seeded the first catalog: ${first}, ${counts["activity_nodes"] ?? 0} places.`)
  })
)

/**
 * One trip a day, begun today in the city's own time: the key of the day makes starting twice harmless. A demo that
 * cannot be made says so and stops nothing.
 */
export const demoTrip = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const personas = yield* Personas
  const trips = yield* TripGeneration
  const newcomers = yield* Newcomers
  const { city } = yield* catalogs.city(FIRST_CITY)
  const now = yield* Clock.currentTimeMillis
  const today = localDate(zoneOf(city.time_zone)!, now)
  newcomers.welcome(DEMO_TRAVELER, now)
  const known = yield* personas.of(DEMO_TRAVELER)
  if (known.dimensions.primary_interest.source === "default") yield* personas.onboard(DEMO_TRAVELER, DEMO_TASTES)
  return yield* trips.create(
    DEMO_TRAVELER,
    { city: FIRST_CITY, start_date: today, days: DEMO_DAYS },
    `demo trip of ${today}`
  )
})

/** A demo shows every curated city there is, also where only some of them are there so far. */
export const otherCities = Effect.gen(function* () {
  const catalogs = yield* Catalog
  const seeder = yield* CitySeeder
  const known = new Set((yield* catalogs.cities).map(({ slug }) => slug))
  yield* seedLater(seeder.curated.filter((city) => !known.has(city)))
})
