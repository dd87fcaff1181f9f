/** A journal that takes another's place is taken in however many trips that concerns. */

import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import { JournalSink } from "../../../src/services/journal-sink.ts"
import { contractSuite } from "../../harness/contract.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { seedPeopleAndPlaces, tripOf } from "../../harness/signals.ts"

const hasty = freshDatabase({ statementTimeout: "1 second" })

await contractSuite("JournalSink, enrolling", { postgres: { needs: "postgres", layer: () => hasty } }, (it) => {
  it.effect("gives trips new epochs for as long as that takes, not only for as long as a request may", () =>
    Effect.gen(function* () {
      yield* seedPeopleAndPlaces
      const sql = yield* SqlClient
      yield* sql`
        create function slowly() returns trigger language plpgsql as
        $$ begin perform pg_sleep(1.5); return new; end $$`
      yield* sql`create trigger slow before update on trips for each row execute function slowly()`
      const epoch = sql<{ epoch: string }>`select epoch from trips where id = ${tripOf(1)}`
      const [before] = yield* epoch
      const sink = yield* JournalSink
      assert.strictEqual(yield* sink.enroll("a journal that was lost", [], 0), 0)
      assert.deepStrictEqual(yield* epoch, [before!], "there was none before it")
      assert.strictEqual(yield* sink.enroll("the one in its place", [], 700), 700)
      const [after] = yield* epoch
      assert.notStrictEqual(after!.epoch, before!.epoch)
    }).pipe(
      Effect.provide(Sink.layer([]).pipe(Layer.provide(NobodyListens.toWhatIsStored))),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  )
})
