/** Who owns, and whose records count, as PostgreSQL keeps it. */
import { randomUUID } from "node:crypto"
import { setTimeout } from "node:timers/promises"
import { assert } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import { SqlClient } from "effect/sql/SqlClient"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import * as NobodyListens from "../../../src/cases/absent/nobody-listens.ts"
import type { Node } from "../../../src/domain/nodes/standing.ts"
import { ownSignalRecord as signalRecord } from "../../../src/domain/records/signal.ts"
import { judgeSignal, type Signal } from "../../../src/domain/signal.ts"
import { makeJournal } from "../../../src/layers/journal/journal.ts"
import { signalsHandler } from "../../../src/layers/postgres/journal-sink/signals.ts"
import * as Sink from "../../../src/layers/postgres/journal-sink/sink.ts"
import * as PostgresLeases from "../../../src/layers/postgres/nodes/leases.ts"
import { agreedErasureKey } from "../../../src/layers/postgres/nodes/shared-secrets.ts"
import { Leases } from "../../../src/services/leases.ts"
import { Ownership } from "../../../src/services/ownership.ts"
import { contractSuite } from "../../harness/contract.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { smallJournal } from "../../harness/journal.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { item, seedPeopleAndPlaces, signalId, userOf } from "../../harness/signals.ts"

const node = (name: string, more: Partial<Node> = {}): Node => ({
  directory: randomUUID(),
  incarnation: randomUUID(),
  name,
  role: "all",
  release: "1",
  place: name,
  acks: "local",
  address: null,
  ...more
})

/** As time does it: nobody heard of this server for longer than its lease. */
const lapse = ({ directory }: Node) =>
  Effect.flatMap(
    SqlClient,
    (sql) => sql`update nodes set until = now() - interval '1 second' where directory = ${directory}`
  )

const NOW = Date.parse("2026-05-01T10:00:00Z")
const signal = (n: number): Signal => {
  const judged = judgeSignal(item(n, {}), userOf(1), "app", { now: NOW, maxAheadMillis: 0, maxAgeMillis: 1e9 })
  if ("problem" in judged) throw new Error(judged.problem)
  return judged
}

/** The journal on this disk, of a server that believes itself the owner under this epoch. */
const journalOf = (disk: FragileDisk, self: Node, epoch: number) =>
  makeJournal({ ...smallJournal, bufferBytes: 1_000_000 }, disk, {
    epoch: () => epoch,
    refusal: () => undefined,
    onOpened: () => () => {}
  }).pipe(
    Effect.provide(
      Layer.merge(
        Sink.layer([signalsHandler]).pipe(
          Layer.provide([NobodyListens.toProvenSignals, NobodyListens.toLateRecords]),
          Layer.provide(
            Layer.effect(
              Ownership,
              Effect.map(Ownership, (one) => Ownership.of({ ...one, self }))
            ).pipe(Layer.provide(NobodyElse.layer))
          )
        ),
        Sink.recordTypes([signalsHandler])
      )
    ),
    Effect.provideService(References.MinimumLogLevel, "None")
  )

const storedSignals = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ id: string }>`select id from behavioral_signals order by id`
  return rows.map(({ id }) => id)
})

const asideFiles = (disk: FragileDisk) => [...disk.files.keys()].filter((path) => path.endsWith(".stale"))

const fresh = () =>
  PostgresLeases.layer.pipe(
    Layer.provideMerge(Layer.effectDiscard(seedPeopleAndPlaces)),
    Layer.provideMerge(freshDatabase())
  )

/** Each test has a database of its own: all of it is about one row. */
const alone = <A, E>(test: Effect.Effect<A, E, Leases | SqlClient | import("effect/Scope").Scope>) =>
  Effect.provide(Effect.scoped(test), fresh())

await contractSuite("Leases", { postgres: { needs: "postgres", layer: () => Layer.empty } }, (it) => {
  it.effect("one owns while it is heard of, another takes over when it is not, and the epoch rises", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const [a, b] = [node("a"), node("b")]
        assert.isTrue(yield* leases.enter(a, undefined))
        assert.isTrue(yield* leases.take(a))
        assert.isTrue(yield* leases.enter(b, undefined))
        assert.isFalse(yield* leases.take(b), "a lives")
        assert.deepInclude((yield* leases.renew(b)).owner, { name: "a", incarnation: a.incarnation })
        yield* lapse(a)
        assert.isTrue(yield* leases.take(b))
        const heard = yield* leases.renew(b)
        assert.strictEqual(heard.epoch, 2)
        assert.deepEqual(heard.awaits, [{ directory: a.directory, name: "a" }])
        assert.isTrue((yield* leases.renew(a)).awaited)
        assert.isFalse(yield* leases.take(a), "b lives")
      })
    )
  )

  it.effect("who leaves with everything stored is awaited by nobody; who leaves something behind is", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const sql = yield* SqlClient
        const [a, b, c] = [node("a"), node("b"), node("c")]
        yield* leases.enter(a, undefined)
        yield* leases.take(a)
        yield* leases.leave(a)
        yield* leases.enter(b, undefined)
        assert.isTrue(yield* leases.take(b))
        assert.deepEqual((yield* leases.renew(b)).awaits, [])
        yield* sql`
          insert into journal_progress (node_id, segment, byte_offset, directory) values ('j', 0, 0, ${b.directory})`
        yield* leases.leave(b)
        yield* leases.enter(c, undefined)
        assert.isTrue(yield* leases.take(c))
        assert.deepEqual((yield* leases.renew(c)).awaits, [{ directory: b.directory, name: "b" }])
      })
    )
  )

  it.effect("who waits is told when an owner gives its lease back, and when another has taken it", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const sql = yield* SqlClient
        const [a, b] = [node("a"), node("b")]
        for (const one of [a, b]) yield* leases.enter(one, undefined)
        yield* leases.take(a)
        const told = yield* Queue.unbounded<void>()
        yield* Effect.forkScoped(leases.onMoved(Queue.offer(told, undefined)))
        const listens = sql<{ yes: boolean }>`
          select exists (select 1 from pg_stat_activity
            where datname = current_database() and query ilike 'listen %overplanned_released%') as yes`
        while (!(yield* listens)[0]!.yes) yield* Effect.promise(() => setTimeout(10))
        yield* leases.release(a)
        yield* Queue.take(told)
        assert.isTrue(yield* leases.take(b))
        yield* Queue.take(told)
      }).pipe(Effect.scoped)
    )
  )

  it.effect("nobody awaits an owner that acknowledged only what is stored", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const [a, b] = [node("a", { acks: "pg" }), node("b")]
        yield* leases.enter(a, undefined)
        yield* leases.take(a)
        yield* lapse(a)
        yield* leases.enter(b, undefined)
        assert.isTrue(yield* leases.take(b))
        assert.deepEqual((yield* leases.renew(b)).awaits, [])
      })
    )
  )

  it.effect(
    "a journal that was acknowledged on the disk is awaited, also where its server came back to acknowledge otherwise",
    () =>
      alone(
        Effect.gen(function* () {
          const leases = yield* Leases
          const sql = yield* SqlClient
          const [a, b] = [node("a"), node("b")]
          yield* leases.enter(a, undefined)
          yield* leases.take(a)
          yield* sql`
          insert into journal_progress (node_id, segment, byte_offset, directory) values ('j', 0, 0, ${a.directory})`
          const again = node("a", { directory: a.directory, acks: "pg" })
          yield* leases.enter(again, yield* leases.former(a.directory))
          yield* leases.take(again)
          yield* lapse(again)
          yield* leases.enter(b, undefined)
          assert.isTrue(yield* leases.take(b))
          assert.deepEqual((yield* leases.renew(b)).awaits, [{ directory: a.directory, name: "a" }])
        })
      )
  )

  it.effect("a new life on a directory ends the old one, and only one of two that begin at once", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const a = node("a")
        yield* leases.enter(a, undefined)
        yield* leases.take(a)
        const former = yield* leases.former(a.directory)
        const [again, copy] = [node("a", { directory: a.directory }), node("a", { directory: a.directory })]
        assert.isTrue(yield* leases.enter(again, former))
        assert.isFalse(yield* leases.enter(copy, former), "another life has begun meanwhile")
        assert.isFalse((yield* leases.renew(a)).known)
        assert.strictEqual((yield* leases.renew(again)).owner?.incarnation, again.incarnation)
      })
    )
  )

  it.effect(
    "what an owner wrote whose place was taken is stored while it is awaited, and set aside once it was given up",
    () =>
      alone(
        Effect.gen(function* () {
          const leases = yield* Leases
          const [a, b] = [node("a"), node("b")]
          yield* leases.enter(a, undefined)
          yield* leases.take(a)
          const disk = new FragileDisk()
          const old = yield* journalOf(disk, a, 1)
          yield* old.commit("signal", [signalRecord(signal(1), NOW)])
          yield* old.drained
          yield* lapse(a)
          yield* leases.enter(b, undefined)
          yield* leases.take(b)
          // It has not heard of it yet, and goes on.
          yield* old.commit("signal", [signalRecord(signal(2), NOW)])
          yield* old.drained
          assert.deepEqual(yield* storedSignals, [1, 2].map(signalId))
          assert.deepEqual(asideFiles(disk), [])
          assert.isNumber(yield* leases.giveUp(a.directory))
          yield* old.commit("signal", [signalRecord(signal(3), NOW), signalRecord(signal(4), NOW)])
          yield* old.drained
          assert.deepEqual(yield* storedSignals, [1, 2].map(signalId))
          assert.strictEqual(asideFiles(disk).length, 2)
          const next = yield* journalOf(new FragileDisk(), b, 2)
          yield* next.commit("signal", [signalRecord(signal(5), NOW)])
          yield* next.drained
          assert.deepEqual(yield* storedSignals, [1, 2, 5].map(signalId))
        })
      )
  )

  it.effect(
    "what is stored in the moment in which another takes over is stored: it waits, and finds that it is awaited",
    () =>
      alone(
        Effect.gen(function* () {
          const leases = yield* Leases
          const sql = yield* SqlClient
          const [a, b] = [node("a"), node("b")]
          yield* leases.enter(a, undefined)
          yield* leases.take(a)
          yield* lapse(a)
          yield* leases.enter(b, undefined)
          const disk = new FragileDisk()
          const old = yield* journalOf(disk, a, 1)
          const taken = yield* Deferred.make<void>()
          const go = yield* Deferred.make<void>()
          const taking = yield* leases
            .take(b)
            .pipe(
              Effect.andThen(Deferred.succeed(taken, undefined)),
              Effect.andThen(Deferred.await(go)),
              sql.withTransaction,
              Effect.forkScoped
            )
          yield* Deferred.await(taken)
          yield* old.commit("signal", [signalRecord(signal(1), NOW)])
          const storing = yield* Effect.forkScoped(old.drained)
          const waiting = sql`
              select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
          while ((yield* waiting).length === 0) yield* Effect.promise(() => setTimeout(10))
          yield* Deferred.succeed(go, undefined)
          yield* Fiber.join(taking)
          yield* Fiber.join(storing)
          assert.deepEqual(yield* storedSignals, [signalId(1)])
          assert.deepEqual(asideFiles(disk), [])
        })
      )
  )

  it.effect("an edit by hand that would let two count as the owner is refused by the database, in a sentence", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const sql = yield* SqlClient
        const [a, b] = [node("a"), node("b")]
        yield* leases.enter(a, undefined)
        yield* leases.take(a)
        yield* leases.enter(b, undefined)
        const edits: ReadonlyArray<readonly [string, RegExp]> = [
          ["delete from shard_leases", /keeps its row.*stop that server/],
          ["truncate shard_leases cascade", /keeps its row/],
          ["update shard_leases set epoch = 0", /never falls/],
          ["update shard_leases set since_epoch = 9", /since_epoch must not be above epoch/],
          [`update shard_leases set directory = '${b.directory}'`, /higher epoch.*stop the server/]
        ]
        for (const [edit, sentence] of edits) {
          const error = yield* Effect.flip(sql.unsafe(edit))
          assert.match(String((error.reason.cause as Error).message), sentence, edit)
        }
        assert.strictEqual((yield* leases.renew(a)).owner?.incarnation, a.incarnation)
        yield* lapse(a)
        assert.isTrue(yield* leases.take(b), "servers change it as ever")
      })
    )
  )

  it.effect("a key is passed on to who knows the secret; another secret is refused only beside others", () =>
    alone(
      Effect.gen(function* () {
        const leases = yield* Leases
        const a = node("a")
        yield* leases.enter(a, undefined)
        const of = (directory: string, secret: string, erasureKey?: string) =>
          agreedErasureKey({ directory, tokens: secret, seal: secret, erasureKey })
        const key = yield* of(a.directory, "one")
        assert.strictEqual(yield* of(randomUUID(), "one"), key)
        assert.strictEqual(yield* of(randomUUID(), "one", "that of another database"), key)
        // Alone: the secret was changed, and the key that lies in the directory is sealed anew.
        assert.strictEqual(yield* of(a.directory, "two", key), key)
        assert.strictEqual(yield* of(randomUUID(), "two"), key)
        yield* leases.leave(a)
        const sql = yield* SqlClient
        yield* sql`insert into erased_subjects (subject_hash, until) values ('somebody', now() + interval '1 hour')`
        const refused = yield* Effect.flip(of(randomUUID(), "three", "another key"))
        assert.match(refused.message, /erasure key/)
      })
    )
  )
})
