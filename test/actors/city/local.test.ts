import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { layer as cityWatch } from "../../../src/actors/city/local.ts"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import type { CityEvent } from "../../../src/domain/city/model.ts"
import { shutByEvent } from "../../../src/domain/city/model.ts"
import type { CityId, NodeId } from "../../../src/domain/ids.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import * as PostgresCities from "../../../src/layers/postgres/city-storage.ts"
import { cityEventsHandler } from "../../../src/layers/postgres/journal-sink/city-events.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import { Journal } from "../../../src/services/journal.ts"
import { CityWatch } from "../../../src/services/trip-helpers.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { cityOf, nodeOf, seedPeopleAndPlaces, uuidOf } from "../../harness/signals.ts"
import { withoutFarewell } from "../power-cut.ts"

const city = cityOf(1) as CityId
const node = nodeOf(1) as NodeId

const closure = (n: number, until: number): CityEvent => ({
  kind: "closure",
  id: uuidOf(7, n),
  from: 0,
  until,
  node_id: node
})

const process = (disk: FragileDisk) =>
  cityWatch().pipe(
    Layer.provideMerge(Layer.effect(Journal, makeJournal(smallJournal, disk))),
    Layer.provide(
      Layer.mergeAll(
        Sink.layer([cityEventsHandler]).pipe(Layer.provide(NobodyListens.toWhatIsStored)),
        Sink.recordTypes([cityEventsHandler]),
        ActorKindList.layer,
        PostgresCities.layer
      )
    )
  )

await contractSuite("CityWatch", { local: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("knows what goes on through a power cut, from the journal and then from the database", () =>
    Effect.gen(function* () {
      yield* seedPeopleAndPlaces
      const disk = new FragileDisk()
      const later = Date.now() + 3_600_000
      const survivor = yield* Effect.gen(function* () {
        const cities = yield* CityWatch
        assert.isFalse((yield* cities.report(city, closure(1, later))).known)
        assert.isTrue((yield* cities.report(city, closure(1, later))).known, "an event counts once")
        assert.isTrue((yield* cities.report(city, closure(2, Date.now() - 1))).known, "what is over is no news")
        return disk.losePower(() => false)
      }).pipe(withoutFarewell(process(disk)))
      for (const [life, at] of [
        ["journal", survivor],
        ["database", new FragileDisk()]
      ] as const) {
        yield* Effect.gen(function* () {
          const cities = yield* CityWatch
          const journal = yield* Journal
          const conditions = yield* cities.conditions(city)
          assert.deepStrictEqual(conditions.events, [closure(1, later)], life)
          assert.isTrue(shutByEvent(conditions, node, Date.now()))
          yield* journal.drained
        }).pipe(Effect.provide(process(at)))
      }
    })
  )

  it.effect("forgets an event when its time has passed, by itself", () =>
    Effect.gen(function* () {
      const cities = yield* CityWatch
      yield* cities.report(cityOf(2) as CityId, closure(3, Date.now() + 60))
      const calm = yield* Effect.repeat(cities.conditions(cityOf(2) as CityId), {
        until: (conditions) => conditions.events.length === 0,
        schedule: Schedule.spaced(5),
        times: 10_000
      })
      assert.isEmpty(calm.events)
    }).pipe(Effect.provide(process(new FragileDisk())))
  )
})
