/** Ten thousand trips under way in a real city, with their fallbacks, over a real journal: what a pivot is asked of. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer as tripRuntime } from "../../src/actors/trip/local.ts"
import * as NobodyListens from "../../src/cases/absent/nobody-listens.ts"
import * as NothingRanked from "../../src/cases/absent/nothing-ranked.ts"
import * as ActorKindList from "../../src/cases/health/actor-kind-list.ts"
import { layer as fallbackPreparer } from "../../src/cases/planning/fallback-preparer.ts"
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import { calm } from "../../src/domain/city/model.ts"
import type { CityId, SlotId, TripId, UserId } from "../../src/domain/ids.ts"
import { assemble } from "../../src/domain/itinerary/assemble.ts"
import type { Slot } from "../../src/domain/plan/model.ts"
import type { TripState } from "../../src/domain/trip/model.ts"
import { planEngine } from "../../src/domain/trip/plan-engine.ts"
import { nodeFiles } from "../../src/layers/journal/files.ts"
import { makeJournal } from "../../src/layers/journal/journal.ts"
import { Catalog } from "../../src/services/catalog.ts"
import { Journal } from "../../src/services/journal.ts"
import { JournalSink } from "../../src/services/journal-sink.ts"
import { CityWatch, MemberPersonas, TripPlanning } from "../../src/services/trip-helpers.ts"
import { type StoredTrip, TripStorage } from "../../src/services/trip-storage.ts"
import { recordTypes } from "../../src/wiring/journal-sink.ts"
import { curatedCities } from "../../test/support/curated-cities.ts"
import { randomOf, scoresFor } from "../../test/support/generated-city.ts"

export const DAYS = 5
const PLANS = 100
const DAY = 86_400_000

const uuid = <A>(name: string) => uuidOfName("live-trips", name) as A
export const owner = uuid<UserId>("owner")
const city = curatedCities().find((one) => one.city.slug === "seattle")!
const cityId = city.city.id as CityId
const isoDay = (millis: number) => new Date(millis).toISOString().slice(0, 10)

/** Plans that begin yesterday, so that the whole of tomorrow is ahead in every zone. */
const plans = () => {
  const first = isoDay(Date.now() - DAY)
  const days = city.tripDays(first, DAYS)
  return Array.from({ length: PLANS }, (_, n) =>
    assemble({
      catalog: city,
      travel: city.travel,
      scores: scoresFor(city, randomOf(n)),
      days,
      constraints: { pace: "moderate" },
      vetoes: [],
      orientations: ["balanced"],
      locked: [],
      seed: n
    })
  )
}

const makeRows = (count: number): ReadonlyArray<Row> => {
  const made = plans()
  const trip = (n: number): TripState => ({
    id: uuid<TripId>(`trip ${n}`),
    city_id: cityId,
    city: city.city.slug,
    time_zone: city.city.time_zone,
    user_id: owner,
    status: "active",
    start_date: isoDay(Date.now() - DAY),
    end_date: isoDay(Date.now() + (DAYS - 2) * DAY),
    epoch: uuid(`epoch ${n}`),
    seq: 1,
    constraints: {},
    session_id: uuid(`session ${n}`),
    model: { name: "local_ranker", version: "1", source: "local" },
    catalog_version: city.version,
    members: [{ user_id: owner, role: "owner", ordinal: 0, joined_at: 0 }],
    invitations: [],
    vetoes: [],
    slots: made[n % PLANS]!.stops.map(
      (stop): Slot => ({
        id: uuid<SlotId>(`slot ${n} ${stop.day} ${stop.order}`),
        day: stop.day,
        order: stop.order,
        node_id: stop.node_id,
        day_part: stop.day_part,
        starts_at: stop.starts_at,
        ends_at: stop.ends_at,
        travel_minutes: stop.travel_minutes,
        locked: false,
        status: "planned",
        score: stop.score,
        model_version: "local_ranker:1"
      })
    ),
    relaxed: [],
    created_at: 0
  })
  return Array.from({ length: count }, (_, n) => {
    const made = trip(n)
    return { id: made.id, snapshot: Buffer.from(JSON.stringify(made)) }
  })
}

/** A trip as a database holds it: bytes outside of this process's heap, which is what the benchmarks measure. */
interface Row {
  readonly id: TripId
  readonly snapshot: Buffer
}

/** A database that holds the trips and takes nothing. */
const storage = (rows: ReadonlyArray<Row>) => {
  const position = new Map<string, number>(rows.map((row, n) => [row.id, n]))
  const page = (after: string | undefined, limit: number) => {
    const from = after === undefined ? 0 : position.get(after)! + 1
    return rows.slice(from, from + limit)
  }
  const read = ({ id, snapshot }: Row): StoredTrip => ({
    id,
    snapshot: JSON.parse(snapshot.toString()),
    events: [],
    lost: []
  })
  const load = (id: string): StoredTrip => {
    const at = position.get(id)
    return at === undefined ? { id: id as TripId, snapshot: undefined, events: [], lost: [] } : read(rows[at]!)
  }
  return TripStorage.of({
    load: (id) => Effect.sync(() => load(id)),
    underWay: ({ after, limit }) => Effect.sync(() => page(after, limit).map(read)),
    underWayIds: (_city, after, limit) => Effect.sync(() => page(after, limit).map((row) => row.id)),
    citiesUnderWay: Effect.succeed([]),
    due: () => Effect.succeed([]),
    ofUser: () => Effect.succeed([]),
    lose: () => Effect.succeed(0),
    lost: Effect.succeed({ changes: 0, trips: 0 }),
    saveSnapshot: () => Effect.void,
    available: () => true
  })
}

const journal = Layer.effect(
  Journal,
  Effect.gen(function* () {
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-engine-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    return yield* makeJournal(
      {
        directory,
        segmentBytes: 64 * 1024 ** 2,
        diskBytes: 16 * 1024 ** 3,
        bufferBytes: 256 * 1024 ** 2,
        recordBytes: 1024 ** 2,
        lingerMillis: 20,
        batchRecords: 1_000
      },
      nodeFiles
    )
  })
).pipe(
  Layer.provide(
    Layer.mergeAll(
      recordTypes,
      // A store that is away: the engine and the journal are measured, and no database.
      Layer.succeed(
        JournalSink,
        JournalSink.of({
          enroll: () => Effect.succeed(0),
          close: () => Effect.void,
          lose: () => Effect.void,
          apply: () => Effect.never
        })
      )
    )
  )
)

const around = Layer.mergeAll(
  ActorKindList.layer,
  NobodyListens.toSignals,
  Layer.succeed(TripPlanning, planEngine()),
  fallbackPreparer(),
  NothingRanked.layer,
  Layer.succeed(MemberPersonas, { of: () => Effect.succeed([]), resident: () => [], onChange: () => () => {} }),
  Layer.succeed(CityWatch, {
    conditions: () => Effect.succeed(calm(cityId)),
    resident: () => calm(cityId),
    report: () => Effect.succeed({ conditions: calm(cityId), known: true })
  }),
  Layer.succeed(Catalog, {
    city: () => Effect.succeed(city),
    resident: () => city,
    place: () => undefined,
    places: () => Effect.succeed(new Map()),
    cities: Effect.succeed([]),
    refresh: () => Effect.succeed(city),
    onChange: () => () => {}
  })
)

export const liveTrips = (count: number) => {
  const trips = makeRows(count)
  const runtime = tripRuntime({ maxMembers: 12, dueEvery: DAY }).pipe(
    Layer.provide(Layer.mergeAll(Layer.succeed(TripStorage, storage(trips)), journal, around))
  )
  return { trips, runtime }
}
