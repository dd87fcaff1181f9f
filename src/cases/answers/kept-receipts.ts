/** Receipts in memory, in the journal and in the store, in this order. */

import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { Config } from "../../config.ts"
import { uuidOfName } from "../../domain/basics/hash.ts"
import { payloadsOfKind, recordOf } from "../../domain/records/kind.ts"
import { RECEIPT, type Receipt } from "../../domain/records/kinds.ts"
import { Idempotency, ReceiptStore } from "../../services/idempotency.ts"
import { Journal } from "../../services/journal.ts"
import { Ownership } from "../../services/ownership.ts"
import { ErasedSubjects } from "../../services/tokens.ts"

/** Keys that are remembered; of the oldest past it only the actors' own receipts protect. */
const REMEMBERED_KEYS = 100_000

/** Answers whose body is kept in memory too; older ones are read from the store when they are asked for again. */
const REMEMBERED_ANSWERS = 10_000

/** Before a store that did not answer is asked for its keys again. */
const ASKED_AGAIN = "1 second"

const nameOf = (userId: string, key: string) => `${userId} ${key}`

/** The keys that were answered, by whatever process: from the journal, from the store, and as they come. */
const makeKnownKeys = Effect.fnUntraced(function* (
  journal: typeof Journal.Service,
  store: typeof ReceiptStore.Service
) {
  const keys = new Set<string>()
  const remember = (name: string) => {
    if (keys.has(name)) return
    if (keys.size >= REMEMBERED_KEYS) keys.delete(keys.values().next().value!)
    keys.add(name)
  }

  const rememberStored = Effect.map(store.recent(REMEMBERED_KEYS), (stored) => {
    for (const { user_id, idempotency_key } of stored) remember(nameOf(user_id, idempotency_key))
  })
  const scope = yield* Effect.scope
  const rememberAtLast = rememberStored.pipe(
    Effect.tapError(() => Effect.sleep(ASKED_AGAIN)),
    Effect.retry(Schedule.forever),
    Effect.ignore
  )
  const rememberWhenStoreAnswers = Effect.catch(rememberStored, () =>
    rememberAtLast.pipe(Effect.delay(ASKED_AGAIN), Effect.forkIn(scope), Effect.asVoid)
  )

  // What an earlier process answered and no database has yet, before what is stored: what is drained in between is seen twice.
  yield* journal
    .backlog(Number.POSITIVE_INFINITY, (entries) => {
      for (const { idempotency_key, user_id } of payloadsOfKind(RECEIPT, entries)) {
        remember(nameOf(user_id, idempotency_key))
      }
    })
    .pipe(
      Effect.catch((error) =>
        Effect.logWarning(
          `Answers of before the start that are not stored yet may be forgotten once they are: ${error.message}`
        )
      )
    )
  yield* rememberWhenStoreAnswers
  // Another server may have answered in the meantime.
  const stopLosses = journal.onLost((key) => (key === undefined ? rememberWhenStoreAnswers : undefined))
  yield* Effect.addFinalizer(() => Effect.sync(stopLosses))
  // While this server followed, another one answered: until its keys are read, the store is asked for each.
  const ownership = yield* Ownership
  let complete = ownership.standing().is === "owner"
  if (!complete) {
    yield* ownership.owned.pipe(
      Effect.andThen(rememberAtLast),
      Effect.andThen(
        Effect.sync(() => {
          complete = true
        })
      ),
      Effect.forkIn(scope)
    )
  }
  return { mayKnow: (name: string) => !complete || keys.has(name), keys, remember }
})

export const layer = Layer.effect(
  Idempotency,
  Effect.gen(function* () {
    const journal = yield* Journal
    const store = yield* ReceiptStore
    const erased = yield* ErasedSubjects
    const config = yield* Config
    const { keys, mayKnow, remember } = yield* makeKnownKeys(journal, store)
    const answers = new Map<string, Receipt>()
    const underWay = new Set<string>()

    const fromJournal = (userId: string, key: string) =>
      Effect.map(
        Effect.orElseSucceed(journal.undrained(`receipts:${userId}`), () => []),
        (entries) => payloadsOfKind(RECEIPT, entries).find((receipt) => receipt.idempotency_key === key)
      )

    const find = Effect.fnUntraced(function* (userId: string, key: string) {
      const name = nameOf(userId, key)
      const held = answers.get(name)
      if (held !== undefined) return held
      const undrained = yield* fromJournal(userId, key)
      if (undrained !== undefined || !mayKnow(name)) return undrained
      return yield* Effect.orElseSucceed(store.find(userId, key), () => undefined)
    })

    return Idempotency.of({
      open: Effect.fnUntraced(function* (userId, key, requestHash) {
        const name = nameOf(userId, key)
        if (underWay.has(name)) return { _tag: "under_way" } as const
        underWay.add(name)
        const now = yield* Clock.currentTimeMillis
        const free = Effect.sync(() => void underWay.delete(name))
        const receipt = yield* Effect.onError(find(userId, key), () => free)
        if (receipt === undefined || receipt.expires_at <= now) return { _tag: "first" } as const
        underWay.delete(name)
        return receipt.request_hash === requestHash
          ? ({ _tag: "replay", receipt } as const)
          : ({ _tag: "other_request" } as const)
      }),
      close: Effect.fnUntraced(function* (userId, key, answer) {
        const name = nameOf(userId, key)
        // Nobody can come back with an erased person's token to ask for the answer again.
        if (erased.has(userId)) return void underWay.delete(name)
        const expiresAt = (yield* Clock.currentTimeMillis) + config.IDEMPOTENCY_TTL
        const receipt: Receipt = { user_id: userId, idempotency_key: key, expires_at: expiresAt, ...answer }
        yield* journal.commit("trip", [
          recordOf(
            RECEIPT,
            `receipts:${userId}`,
            uuidOfName("overplanned/receipt", userId, key, String(expiresAt)),
            receipt
          )
        ])
        remember(name)
        if (answers.size >= REMEMBERED_ANSWERS) answers.delete(answers.keys().next().value!)
        answers.set(name, receipt)
        underWay.delete(name)
      }),
      forget: (userId) =>
        Effect.sync(() => {
          for (const name of keys) if (name.startsWith(`${userId} `)) keys.delete(name)
          for (const name of underWay) if (name.startsWith(`${userId} `)) underWay.delete(name)
          for (const [name, receipt] of answers) {
            if (receipt.user_id === userId || receipt.body.includes(userId)) answers.delete(name)
          }
        }),
      abandon: (userId, key) => Effect.sync(() => void underWay.delete(nameOf(userId, key)))
    })
  })
)
