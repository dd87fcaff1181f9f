/** Which answers are remembered, whatever happened to the process and the store in between. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import * as NobodyErased from "../../../src/cases/absent/nobody-erased.ts"
import { layer } from "../../../src/cases/answers/kept-receipts.ts"
import { Config } from "../../../src/config.ts"
import { payloadsOfKind } from "../../../src/domain/records/kind.ts"
import { RECEIPT, type Receipt } from "../../../src/domain/records/kinds.ts"
import { Idempotency, ReceiptStore, ReceiptsUnavailable } from "../../../src/services/idempotency.ts"
import { Journal } from "../../../src/services/journal.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { MemorySink, openJournal } from "../../harness/journal.ts"

const ANN = "00000000-0000-7000-8000-00000000a1ce"
const ANSWER = { request_hash: "hash", status: 200, headers: {}, body: "{}" }

/** A server's disk and database. The database gives back what was drained into it, unless it is away. */
class Machine {
  readonly sink = new MemorySink()
  readonly #disk = new FragileDisk()
  readonly #read = Deferred.makeUnsafe<void>()
  readonly #listeners: Array<Parameters<(typeof Journal.Service)["onLost"]>[0]> = []
  /** Once the keys were read back from the database. */
  readonly keysRead = Deferred.await(this.#read)

  readonly #stored = <A>(give: (receipts: ReadonlyArray<Receipt>) => A) =>
    Effect.suspend(() =>
      this.sink.away
        ? Effect.fail(new ReceiptsUnavailable({ message: "away" }))
        : Effect.sync(() => give(payloadsOfKind(RECEIPT, this.sink.entries)))
    )

  readonly #store = ReceiptStore.of({
    recent: (limit) =>
      this.#stored((receipts) => receipts.slice(-limit)).pipe(
        Effect.tap(() => Deferred.succeed(this.#read, undefined))
      ),
    find: (user, key) =>
      this.#stored((receipts) => receipts.find((one) => one.user_id === user && one.idempotency_key === key)),
    purge: Effect.succeed(0)
  })

  /** What the journal says once another server had this one's place. */
  readonly othersWrote = Effect.suspend(() =>
    Effect.forEach(this.#listeners, (listener) => listener(undefined) ?? Effect.void)
  )

  /** Runs a process on this machine, from its start to its end. */
  run<A, E>(during: (receipts: typeof Idempotency.Service, journal: typeof Journal.Service) => Effect.Effect<A, E>) {
    const { sink } = this
    const listeners = this.#listeners
    const [disk, store] = [this.#disk, this.#store]
    return Effect.scoped(
      Effect.gen(function* () {
        const opened = yield* openJournal(disk, sink, {}, [RECEIPT])
        const journal = Journal.of({
          ...opened,
          onLost: (listener) => {
            listeners.push(listener)
            return () => {}
          }
        })
        const around = Layer.mergeAll(
          Layer.succeed(Journal, journal),
          Layer.succeed(ReceiptStore, store),
          NobodyErased.layer,
          NobodyElse.layer,
          Config.layer({})
        )
        const built = yield* Layer.build(layer.pipe(Layer.provide(around)))
        return yield* during(Context.get(built, Idempotency), journal)
      })
    )
  }
}

const outcome = (receipts: typeof Idempotency.Service, key: string, hash = "hash") =>
  Effect.map(receipts.open(ANN, key, hash), ({ _tag }) => _tag)

describe("an answer that was kept", () => {
  it.live("is known to a process that found it in the journal, also once it has stored it", () =>
    Effect.gen(function* () {
      const machine = new Machine()
      machine.sink.away = true
      yield* machine.run((receipts) => receipts.close(ANN, "first", ANSWER))
      yield* machine.run((receipts, journal) =>
        Effect.gen(function* () {
          machine.sink.away = false
          yield* journal.drained
          assert.strictEqual(yield* outcome(receipts, "first"), "replay")
          assert.strictEqual(yield* outcome(receipts, "first", "of another request"), "other_request")
          assert.strictEqual(yield* outcome(receipts, "second"), "first")
        })
      )
    })
  )

  it.live("is known to a process that started while the database was away, as soon as that is back", () =>
    Effect.gen(function* () {
      const [machine, other] = [new Machine(), new Machine()]
      yield* other.run((receipts, journal) => Effect.andThen(receipts.close(ANN, "first", ANSWER), journal.drained))
      machine.sink.entries.push(...other.sink.entries)
      machine.sink.away = true
      yield* machine.run((receipts) =>
        Effect.gen(function* () {
          machine.sink.away = false
          yield* machine.keysRead
          assert.strictEqual(yield* outcome(receipts, "first"), "replay")
        })
      )
    })
  )

  it.live("is known to a server that takes over from the one that gave it", () =>
    Effect.gen(function* () {
      const [machine, other] = [new Machine(), new Machine()]
      yield* other.run((receipts, journal) => Effect.andThen(receipts.close(ANN, "first", ANSWER), journal.drained))
      yield* machine.run((receipts) =>
        Effect.gen(function* () {
          machine.sink.entries.push(...other.sink.entries)
          yield* machine.othersWrote
          assert.strictEqual(yield* outcome(receipts, "first"), "replay")
        })
      )
    })
  )
})
