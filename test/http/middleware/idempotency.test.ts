/** A write with a key whose sender goes away in the middle: the key is for asking again, so it must not stay taken. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Response from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as NobodyElse from "../../../src/cases/absent/nobody-else.ts"
import * as KeptReceipts from "../../../src/cases/answers/kept-receipts.ts"
import { Config } from "../../../src/config.ts"
import { RECEIPT } from "../../../src/domain/records/kinds.ts"
import { answerOnce } from "../../../src/http/middleware/idempotency.ts"
import * as UwsHttpServer from "../../../src/http/uws/UwsHttpServer.ts"
import { Idempotency, ReceiptStore } from "../../../src/services/idempotency.ts"
import { Journal } from "../../../src/services/journal.ts"
import { ErasedSubjects, type TokenHolder } from "../../../src/services/tokens.ts"
import { FragileDisk } from "../../harness/fragile-disk.ts"
import { journalTypes, MemorySink, note, openJournal } from "../../harness/journal.ts"
import { personId } from "../../support/person-ids.ts"
import { until } from "../../support/server.ts"

const caller = { userId: personId(), role: "traveler", expiresAt: Number.MAX_SAFE_INTEGER } as TokenHolder

/** Far more than the disk in memory needs, also on a busy machine. */
const ANSWERED_MS = 15_000

/** A disk that does nothing while it is held. */
const patientDisk = () => {
  let held: Array<() => void> | undefined
  return {
    disk: new FragileDisk((done) => (held === undefined ? setImmediate(done) : held.push(done))),
    hold: () => {
      held = []
    },
    /** What waits for the disk. */
    waiting: () => held?.length ?? 0,
    letGo: () => {
      const all = held ?? []
      held = undefined
      for (const done of all) setImmediate(done)
    }
  }
}

const serving = Effect.gen(function* () {
  const { disk, hold, letGo, waiting } = patientDisk()
  const journal = yield* openJournal(disk, new MemorySink(), {}, [...journalTypes, RECEIPT])
  let written = 0
  let asked = 0
  const receipts = Context.get(
    yield* Layer.build(
      KeptReceipts.layer.pipe(
        Layer.provide([
          Layer.succeed(Journal)(journal),
          Layer.mock(ReceiptStore)({ recent: () => Effect.succeed([]) }),
          Layer.mock(ErasedSubjects)({ has: () => false }),
          NobodyElse.layer,
          Config.layer({ RATE_LIMIT: "off" })
        ])
      )
    ),
    Idempotency
  )
  const once = yield* Effect.provideService(answerOnce, Idempotency, {
    ...receipts,
    open: (...key) =>
      Effect.suspend(() => {
        asked++
        return receipts.open(...key)
      })
  })
  const write = Effect.gen(function* () {
    const { method } = yield* HttpServerRequest.HttpServerRequest
    if (method === "GET") return Response.empty()
    written++
    return Response.jsonUnsafe({ written })
  })
  yield* HttpServer.serveEffect(
    Effect.interruptible(once(write, () => Effect.succeed(true), caller)).pipe(Effect.orDie)
  )
  const { address } = yield* HttpServer.HttpServer
  const look = () => fetch(HttpServer.formatAddress(address))
  const send = (key: string, signal?: AbortSignal) =>
    fetch(HttpServer.formatAddress(address), {
      method: "POST",
      body: "{}",
      headers: { "idempotency-key": key },
      ...(signal === undefined ? {} : { signal })
    })
  return { send, look, hold, letGo, waiting, written: () => written, asked: () => asked, journal }
})

type Served = Effect.Success<typeof serving>

/** Goes away once the key is taken, while the disk is held; the disk goes on after the server has heard of it. */
const leaveInTheMiddle = async ({ asked, letGo, look, send }: Served, key: string, taken = () => true) => {
  const gone = new AbortController()
  const first = send(key, gone.signal).catch(() => undefined)
  await until("the key to be taken", () => asked() === 1 && taken())
  assert.strictEqual((await send(key)).status, 409)
  gone.abort()
  await first
  // Each is answered after the server has seen what came before it.
  for (let n = 0; n < 3; n++) await look()
  letGo()
}

const answered = ({ send }: Served, key: string) =>
  until(
    "an answer for whoever asks again",
    async () => {
      const response = await send(key)
      return response.status === 409 ? undefined : ((await response.json()) as { readonly written: number })
    },
    ANSWERED_MS
  )

const live = (test: (served: Served) => Promise<void>) =>
  serving.pipe(
    Effect.andThen((served) => Effect.promise(() => test(served))),
    Effect.scoped,
    Effect.provide(UwsHttpServer.layer({ host: "127.0.0.1", port: 0 }))
  )

describe("a key whose sender went away", () => {
  it.live("is free again where it was only being looked up", () =>
    live(async (served) => {
      served.hold()
      // What is under way to the disk is waited for before a key is looked up.
      Effect.runFork(served.journal.commit("trip", [note(1)]))
      await until("the disk to be waited for", () => served.waiting() > 0)
      await leaveInTheMiddle(served, "a")
      assert.deepEqual(await answered(served, "a"), { written: 1 })
      assert.strictEqual(served.written(), 1)
    })
  )

  it.live("has the first answer where the write was done: it is kept to the end", () =>
    live(async (served) => {
      served.hold()
      await leaveInTheMiddle(served, "b", () => served.written() === 1 && served.waiting() > 0)
      assert.deepEqual(await answered(served, "b"), { written: 1 })
      assert.strictEqual(served.written(), 1)
    })
  )
})
