/**
 * Seeds the shadow population: generated person by person from streams of their own, written in batches, all in one
 * transaction. Killed at any moment it leaves the database as it was; run again it puts the same rows in their place.
 * Rows of real people are never touched.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidOfName } from "../../domain/basics/hash.ts"
import { dimensionRows } from "../../domain/persona/dimensions.ts"
import { ENCODER_VERSION, encodePersona } from "../../domain/persona/encode.ts"
import { personaText } from "../../domain/persona/onboarding.ts"
import { MS_PER_DAY } from "../../domain/time/calendar.ts"
import { Catalog } from "../../services/catalog.ts"
import { CitySeeder } from "../../services/city-seeder.ts"
import {
  DEFAULT_SHADOW_USERS,
  MOST_SHADOW_USERS,
  PopulationRefused,
  type PopulationRequest,
  type PopulationSummary,
  ShadowPopulation
} from "../../services/shadow-population.ts"
import { countRows, explainCounts } from "./counts.ts"
import { writeDiscovery } from "./discovery.ts"
import { addQualitySignals, addWeather, backfillModel, checkSwaps, settleStatuses } from "./enrich.ts"
import { writeCatalogPast, writePersonaPast } from "./experiment.ts"
import { journeyOf } from "./journey.ts"
import { dimensionsAfter, type Profile, profileOf } from "./profile.ts"
import { measureQuality } from "./quality.ts"
import { millisOf, populationOf, SHADOW_CITIES, type ShadowCity, tripsOf } from "./schedule.ts"
import { begin, STATEMENT_TIMEOUT, takeOut, takeOutSurplus } from "./store.ts"
import { arrayOf, insertRows, Rows, TABLES } from "./tables.ts"
import { writeJourney } from "./traces.ts"
import { type World, worldOf } from "./world.ts"

/** Rows that wait in memory before they are written. */
const ROWS_HELD = 16_000

export type Progress = (done: number, total: number) => Effect.Effect<void>

const writeUser = (rows: Rows, profile: Profile, joinedAt: number): void => {
  const dimensions = dimensionsAfter(profile, profile.trips)
  const at = new Date(joinedAt)
  rows.add("users", {
    id: profile.id,
    email: profile.email,
    age: profile.age,
    interests: arrayOf(profile.interests),
    personality: profile.personality,
    onboarding_tags: { interests: profile.interests },
    persona_embedding: arrayOf(encodePersona({ dimensions, sequence: [], signalCount: 0 })),
    encoder_version: ENCODER_VERSION,
    persona_text: personaText(dimensions, []),
    created_at: at
  })
  for (const row of dimensionRows(dimensions)) {
    rows.add("persona_dimensions", {
      ...row,
      id: uuidOfName("overplanned/shadow-dimension", profile.id, row.dimension),
      user_id: profile.id,
      updated_at: at,
      created_at: at
    })
  }
}

/** Cities that are not seeded yet are seeded first, in a transaction of their own. */
const loadWorlds = Effect.fnUntraced(function* (seed: number) {
  const catalog = yield* Catalog
  const seeder = yield* CitySeeder
  const seeded: Array<string> = []
  const worlds: Partial<Record<ShadowCity, World>> = {}
  for (const slug of Object.keys(SHADOW_CITIES) as ReadonlyArray<ShadowCity>) {
    const city = yield* catalog.refresh(slug).pipe(
      Effect.catchTag("UnknownCity", () =>
        seeder.seed({ city: slug, source: "curated" }).pipe(
          Effect.tap(() => Effect.sync(() => seeded.push(slug))),
          Effect.andThen(catalog.refresh(slug))
        )
      )
    )
    worlds[slug] = worldOf(city, seed)
  }
  return { seeded, worlds: worlds as Readonly<Record<ShadowCity, World>> }
})

const undone = (cause: unknown) =>
  new PopulationRefused({
    message:
      "The database refused a statement or went away while the population was written. The transaction was undone and nothing changed; run the command again.",
    retry: true,
    cause
  })

const seedPopulation = Effect.fnUntraced(function* (
  request: PopulationRequest = {},
  onProgress: Progress = () => Effect.void
) {
  const sql = yield* SqlClient
  const users = request.users ?? DEFAULT_SHADOW_USERS
  const seed = request.seed ?? 1
  if (!Number.isInteger(users) || users < 1 || users > MOST_SHADOW_USERS) {
    return yield* new PopulationRefused({
      message: `users must be a whole number from 1 to ${MOST_SHADOW_USERS}.`,
      retry: false
    })
  }
  const begun = yield* Clock.currentTimeMillis
  const today = request.today ?? Math.floor(begun / MS_PER_DAY)
  const { seeded, worlds } = yield* loadWorlds(seed)
  const population = populationOf(seed, users, today)

  const write = Effect.gen(function* () {
    yield* begin
    yield* takeOut
    const rows = new Rows()
    const flush = Effect.gen(function* () {
      for (const table of TABLES) yield* insertRows(table, rows.of(table))
      rows.clear()
    })
    const ids: Array<string> = []
    // Everybody first: trips name members from anywhere in the population.
    for (let n = 0; n < users; n++) {
      const profile = profileOf(seed, n)
      ids.push(profile.id)
      writeUser(rows, profile, millisOf(today - profile.joinedDaysAgo))
      if (rows.size >= ROWS_HELD) yield* flush
    }
    for (const world of Object.values(worlds)) writeCatalogPast(rows, population, world)
    yield* flush
    yield* takeOutSurplus(ids)
    for (let n = 0; n < users; n++) {
      const profile = profileOf(seed, n)
      const trips = tripsOf(population, profile)
      writePersonaPast(rows, population, profile, trips)
      const swiped = writeDiscovery(rows, population, profile, worlds)
      for (const trip of trips) {
        writeJourney(rows, journeyOf(population, trip, worlds[trip.city], swiped))
        yield* Effect.yieldNow
      }
      if (rows.size >= ROWS_HELD) yield* flush
      yield* onProgress(n + 1, users)
    }
    yield* flush
    // The planner knows nothing of rows that this transaction just wrote, and would read them one by one.
    for (const table of TABLES) yield* sql.unsafe(`analyze ${table}`)
    yield* backfillModel
    yield* addWeather(population, Object.values(worlds))
    yield* addQualitySignals
    yield* checkSwaps
    return yield* settleStatuses
  })

  const { put, counts, quality } = yield* Effect.gen(function* () {
    const put = yield* sql.withTransaction(write)
    // Counting a large population takes longer than a request may.
    const judged = Effect.gen(function* () {
      yield* sql.unsafe(`set local statement_timeout = '${STATEMENT_TIMEOUT}'`)
      return { counts: yield* countRows, quality: yield* measureQuality(seed) }
    })
    return { put, ...(yield* sql.withTransaction(judged)) }
  }).pipe(Effect.catchTag("SqlError", (cause) => Effect.fail(undone(cause))))

  return {
    counts,
    lines: explainCounts(counts, users),
    quality,
    cities_seeded: seeded,
    statuses_put_right: put,
    seconds: Math.round(((yield* Clock.currentTimeMillis) - begun) / 100) / 10
  } satisfies PopulationSummary
})

export const layer = Layer.effect(
  ShadowPopulation,
  Effect.gen(function* () {
    const services = yield* Effect.context<SqlClient | Catalog | CitySeeder>()
    return ShadowPopulation.of({
      seed: (request, onProgress) => seedPopulation(request, onProgress).pipe(Effect.provideContext(services))
    })
  })
)
