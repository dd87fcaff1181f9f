import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Intake from "../../../src/cases/signals/journaled-intake.ts"
import * as RememberedSlates from "../../../src/cases/signals/remembered-slates.ts"
import { SIGNAL } from "../../../src/domain/records/signal.ts"
import { Journal } from "../../../src/services/journal.ts"
import { SignalIntake } from "../../../src/services/signal-intake.ts"
import { SignalListener } from "../../../src/services/signal-listener.ts"
import { SignalReferences, type TripStanding } from "../../../src/services/signal-references.ts"
import { ErasedSubjects } from "../../../src/services/tokens.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, openJournal } from "../../harness/journal.ts"
import { cityOf, item, nodeOf, signalId, tripOf, userOf, uuidOf } from "../../harness/signals.ts"

const NOW = Date.parse("2026-05-01T10:00:00Z")

const slotOf = (n: number) => uuidOf(6, n)

/** User 1 has stop 1 of trip 1 in memory, at node 1. Trip 1 is everybody's, in city 1; trip 2 is nobody's; nobody can say anything of trip 3. Node 1 is in city 1. */
const references = SignalReferences.of({
  trip: (_, id): TripStanding | undefined => (id === tripOf(1) ? { visible: true, city_id: cityOf(1) } : undefined),
  stop: (user, slot) =>
    user !== userOf(1) || slot !== slotOf(1)
      ? undefined
      : { trip_id: tripOf(1), activity_node_id: nodeOf(1), decision: null },
  offer: () => undefined,
  lookUp: (_, ids) =>
    Effect.succeed(
      new Map(ids.filter((id) => id === tripOf(2)).map((id): [string, TripStanding] => [id, { visible: false }]))
    ),
  hasNode: (node, city) => (city === undefined || city === cityOf(1) ? node === nodeOf(1) : undefined)
})

const withIntake = <A, E>(
  use: (tools: {
    readonly intake: typeof SignalIntake.Service
    readonly journal: typeof Journal.Service
    readonly disk: FragileDisk
    readonly sink: MemorySink
    readonly heard: Array<string>
  }) => Effect.Effect<A, E>,
  {
    disk = new FragileDisk(),
    sink = new MemorySink()
  }: { readonly disk?: FragileDisk; readonly sink?: MemorySink } = {}
) =>
  Effect.gen(function* () {
    const heard: Array<string> = []
    const journal = yield* openJournal(disk, sink, { segmentBytes: 64_000, bufferBytes: 1_000_000 }, [SIGNAL])
    const context = yield* Layer.build(
      Intake.layer({
        maxAheadMillis: 300_000,
        maxAgeMillis: 90 * 86_400_000,
        rememberedIds: 1000,
        lookUpMillis: 100
      }).pipe(
        Layer.provide([
          RememberedSlates.layer,
          Layer.succeed(Journal)(journal),
          Layer.succeed(SignalReferences)(references)
        ]),
        Layer.provide(Layer.mock(ErasedSubjects)({ has: (userId) => userId === userOf(9) })),
        Layer.provide(
          Layer.succeed(SignalListener)({ durable: (_, signals) => heard.push(...signals.map(({ id }) => id)) })
        )
      )
    )
    const intake = yield* SignalIntake.pipe(Effect.provide(context))
    return yield* use({ intake, journal, disk, sink, heard })
  })

const at = new Date(Date.now() - 60_000).toISOString()
/** Arrays in arrays: what can be parsed and not be written down again. */
const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`)
const now = (n: number, more: Readonly<Record<string, unknown>> = {}) => item(n, { occurred_at: at, ...more })

describe("taking signals", () => {
  it.live("takes the good ones and says of each other one what is wrong with it", () =>
    withIntake(({ intake, journal, sink, heard }) =>
      Effect.gen(function* () {
        const later = new Date(Date.now() + 3_600_000).toISOString()
        const cases: ReadonlyArray<readonly [unknown, string]> = [
          [now(1), ""],
          [now(2, { signal_type: "slot_like" }), "signal_type must be one of"],
          [now(3, { signal_type: "candidate_set_logged" }), "written by the server only"],
          [now(4, { context: { time_to_action_ms: Number.NaN } }), "context.time_to_action_ms must be a finite number"],
          [now(5, { context: { time_to_action_ms: -1 } }), "context.time_to_action_ms must be a number from 0"],
          [now(6, { context: { note: "x".repeat(5000) } }), "context is longer than"],
          [now(7, { trip_id: tripOf(1), activity_node_id: nodeOf(2) }), "no place of the trip's city"],
          [now(8, { trip_id: tripOf(2) }), "trip_id names no trip of yours"],
          [now(9, { trip_id: tripOf(3) }), ""],
          [now(10, { occurred_at: later }), "occurred_at lies in the future"],
          [now(11, { occurred_at: "1999-01-01T00:00:00Z" }), "days ago"],
          [now(12, { occurred_at: undefined }), "occurred_at is missing"],
          [now(13, { occurred_at: -5 }), "occurred_at must be an instant"],
          [now(14, { activity_node_id: null }), "must name slot_id or activity_node_id"],
          ["signal", "must be an object"],
          [null, "must be an object"],
          [{ ...now(15), id: "15" }, "id must be a UUID"],
          [now(16, { context: { weather: "a\u0000b" } }), "context.weather must be"],
          [now(17, { context: { note: "a\u0000b" } }), "cannot be stored"],
          [now(18, { context: { note: "\ud800" } }), "cannot be stored"],
          [now(19, { context: [] }), "context must be an object"],
          [now(22, { context: { full_candidate_set: 5 } }), "written by the server only"],
          [now(23, { context: { note: nested(20_000) } }), "nested more than"],
          [now(20), ""],
          [now(24, { weight: 100 }), '"weight" is not known here; there are id, signal_type'],
          [now(25, { slot: tripOf(1) }), '"slot" is not known here'],
          [now(26, { ["x".repeat(1000)]: 1 }), `"${"x".repeat(40)}" is not known here`],
          [{ ...now(21), occurred_at: undefined, created_at: at }, ""]
        ]
        const { accepted, duplicates, rejected } = yield* intake.accept(
          userOf(1),
          cases.map(([one]) => one),
          "app"
        )
        assert.deepStrictEqual([accepted, duplicates], [4, 0])
        const problems = new Map(rejected.map(({ index, problem }) => [index, problem]))
        cases.forEach(([, problem], index) => {
          if (problem === "") assert.isUndefined(problems.get(index), `item ${index}`)
          else assert.include(problems.get(index) ?? "taken", problem, `item ${index}`)
        })
        yield* journal.drained
        assert.deepStrictEqual(
          sink.entries.map(({ id }) => id),
          [1, 9, 20, 21].map(signalId)
        )
        assert.deepStrictEqual(heard, [1, 20, 21].map(signalId), "nobody can say yet whose trip signal 9 speaks of")
        const stored = sink.entries.map(({ payload }) => JSON.parse(payload))
        assert.deepStrictEqual(
          stored.map(({ weight, source }) => [weight, source]),
          Array(4).fill([1, "app"])
        )
        assert.deepStrictEqual(
          stored.map(({ unverified }) => unverified),
          [undefined, true, undefined, undefined]
        )
      })
    )
  )

  it.live("counts an id once, and refuses it with other content or from somebody else", () =>
    withIntake(({ intake, journal, sink }) =>
      Effect.gen(function* () {
        const receipts = yield* Effect.all(
          [
            intake.accept(userOf(1), [now(1), now(1), now(2)], "app"),
            intake.accept(userOf(1), now(1), "app"),
            intake.accept(userOf(1), [now(1, { signal_type: "slot_skip" }), now(3)], "app"),
            intake.accept(userOf(2), now(2), "app")
          ],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          receipts.map(({ accepted, duplicates, rejected }) => [accepted, duplicates, rejected.length]),
          [
            [2, 1, 0],
            [0, 1, 0],
            [1, 0, 1],
            [0, 0, 1]
          ]
        )
        assert.include(receipts[2]!.rejected[0]!.problem, "other content")
        yield* journal.drained
        assert.strictEqual(sink.entries.length, 3)
      })
    )
  )

  it.live("knows after a restart, which the database was away for, what it took before and with which content", () =>
    Effect.gen(function* () {
      const sink = new MemorySink()
      sink.away = true
      const about = { context: { note: '","content_hash":"00000000000000000000000000000000"' } }
      const disk = yield* Effect.scoped(
        withIntake(
          ({ intake, disk }) =>
            Effect.gen(function* () {
              yield* intake.accept(userOf(1), [now(1), now(2, about), now(3, { trip_id: tripOf(3) })], "app")
              return disk.losePower(() => false)
            }),
          { sink }
        )
      )
      yield* withIntake(
        ({ intake, journal }) =>
          Effect.gen(function* () {
            const again = [
              now(1),
              now(2, about),
              now(3, { trip_id: tripOf(3) }),
              now(1, { signal_type: "slot_skip" }),
              now(2),
              now(4)
            ]
            const { accepted, duplicates, rejected } = yield* intake.accept(userOf(1), again, "app")
            assert.deepStrictEqual([accepted, duplicates], [1, 3])
            assert.deepStrictEqual(
              rejected.map(({ index }) => index),
              [3, 4]
            )
            assert.include(rejected[0]!.problem, "other content")
            assert.strictEqual((yield* intake.accept(userOf(2), now(1), "app")).rejected.length, 1)
            sink.away = false
            yield* journal.drained
            assert.deepStrictEqual(
              sink.entries.map(({ id }) => id),
              [1, 2, 3, 4].map(signalId)
            )
          }),
        { disk, sink }
      )
    })
  )

  it.live("finds the place and the trip of a stop in memory, and leaves others to who stores them", () =>
    withIntake(({ intake, journal, sink, heard }) =>
      Effect.gen(function* () {
        const of = (n: number, more: Readonly<Record<string, unknown>> = {}) =>
          now(n, { slot_id: slotOf(1), activity_node_id: undefined, ...more })
        const items = [
          of(1),
          of(2, { activity_node_id: nodeOf(1) }),
          of(3, { trip_id: tripOf(1) }),
          of(4, { trip_id: tripOf(3) }),
          of(5, { slot_id: slotOf(2) }),
          of(6, { signal_type: "pivot_dismiss" }),
          of(7, { signal_type: "slot_swap", context: { replaced_by: nodeOf(1) } })
        ]
        assert.strictEqual((yield* intake.accept(userOf(1), items, "app")).accepted, items.length)
        yield* journal.drained
        const stored = sink.entries.map(({ payload }) => JSON.parse(payload))
        assert.deepStrictEqual(
          stored.map(({ trip_id, activity_node_id, unverified }) => [trip_id, activity_node_id, unverified === true]),
          [
            [tripOf(1), nodeOf(1), false],
            [tripOf(1), nodeOf(1), false],
            [tripOf(1), nodeOf(1), false],
            [tripOf(3), null, true],
            [null, null, true],
            [tripOf(1), null, false],
            [tripOf(1), null, false]
          ]
        )
        assert.deepStrictEqual(heard, [1, 2, 3, 6].map(signalId))
        // What was found beside it does not make it another signal.
        const again = yield* intake.accept(userOf(1), items, "app")
        assert.deepStrictEqual([again.accepted, again.duplicates], [0, items.length])
        const others = yield* intake.accept(userOf(2), of(8), "app")
        assert.strictEqual(others.accepted, 1)
        yield* journal.drained
        assert.isTrue(JSON.parse(sink.entries.at(-1)!.payload).unverified)
      })
    )
  )

  it.live("refuses none, and more than a thousand", () =>
    withIntake(({ intake }) =>
      Effect.gen(function* () {
        for (const items of [[], Array.from({ length: 1001 }, (_, n) => now(n))]) {
          const refusal = yield* Effect.flip(intake.accept(userOf(1), items, "app"))
          assert.strictEqual(refusal._tag, "SignalCountRefused")
        }
        const receipt = yield* intake.accept(
          userOf(1),
          Array.from({ length: 1000 }, (_, n) => now(n)),
          "app"
        )
        assert.strictEqual(receipt.accepted, 1000)
      })
    )
  )

  it.live("forgets what did not become durable, so that sending it again counts", () =>
    withIntake(({ intake, journal, disk, sink }) =>
      Effect.gen(function* () {
        disk.fault = (operation) => (operation === "sync" ? "EIO" : undefined)
        const both = yield* Effect.all(
          [Effect.flip(intake.accept(userOf(1), now(1), "app")), Effect.flip(intake.accept(userOf(1), now(1), "app"))],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          both.map(({ _tag }) => _tag),
          ["JournalWriteFailed", "JournalWriteFailed"]
        )
        assert.strictEqual((yield* Effect.flip(intake.accept(userOf(1), now(2), "app")))._tag, "JournalUnavailable")
        disk.fault = () => undefined
        while (!(yield* journal.status).available) yield* Effect.promise(() => new Promise((r) => setImmediate(r)))
        const receipt = yield* intake.accept(userOf(1), [now(1), now(2)], "app")
        assert.deepStrictEqual([receipt.accepted, receipt.duplicates], [2, 0])
        yield* journal.drained
        assert.strictEqual(sink.entries.length, 2)
      })
    )
  )

  it("has an age for the app only", async () => {
    const { judgeSignal } = await import("../../../src/domain/signal.ts")
    const rules = { now: NOW, maxAheadMillis: 0, maxAgeMillis: 1000 }
    const old = item(1, { occurred_at: "2001-05-01T09:30:00Z" })
    assert.isTrue("problem" in judgeSignal(old, userOf(1), "app", rules))
    const signal = judgeSignal(old, userOf(1), "backfill", rules)
    assert.isTrue(!("problem" in signal) && signal.weight === 0.3)
  })
})
