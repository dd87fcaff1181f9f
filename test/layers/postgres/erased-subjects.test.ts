import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import type { UserId } from "../../../src/domain/ids.ts"
import * as JoseTokens from "../../../src/layers/jose/tokens.ts"
import * as PostgresErased from "../../../src/layers/postgres/erased-subjects.ts"
import { ErasedSubjects } from "../../../src/services/tokens.ts"
import { contractSuite } from "../../harness/contract.ts"
import { freshDatabase } from "../../harness/postgres.ts"
import { userOf } from "../../harness/signals.ts"

const HOUR = 3_600_000
const node = Layer.build(PostgresErased.layer(Redacted.make("a key that every node has"))).pipe(
  Effect.flatMap((context) => Effect.provide(ErasedSubjects, context))
)

await contractSuite("ErasedSubjects", { postgres: { needs: "postgres", layer: () => freshDatabase() } }, (it) => {
  it.effect("are known here at once, on other nodes soon, and after a restart", () =>
    Effect.gen(function* () {
      const one = yield* node
      const two = yield* node
      assert.isFalse(one.has(userOf(71)))
      yield* one.add(userOf(71), Date.now() + HOUR)
      assert.isTrue(one.has(userOf(71)))
      assert.isFalse(one.has(userOf(72)))
      const deadline = Date.now() + 60_000
      while (!two.has(userOf(71)) && Date.now() < deadline) yield* Effect.sleep("20 millis")
      assert.isTrue(two.has(userOf(71)))
      assert.isTrue((yield* node).has(userOf(71)))
    }).pipe(Effect.scoped)
  )

  it.effect("are told to who holds something open: by id here, as somebody on other nodes, and once", () =>
    Effect.gen(function* () {
      const one = yield* node
      const two = yield* node
      const here: Array<string | undefined> = []
      const elsewhere: Array<string | undefined> = []
      yield* one.onErased((userId) => void here.push(userId))
      yield* Effect.scoped(one.onErased(() => assert.fail("nobody listens any more")))
      const heard = Promise.withResolvers<boolean>()
      yield* two.onErased((userId) => {
        elsewhere.push(userId)
        heard.resolve(two.has(userOf(79)))
      })
      yield* one.add(userOf(79), Date.now() + HOUR)
      assert.isTrue(yield* Effect.promise(() => heard.promise), "known before it is told")
      yield* one.anybody
      yield* two.anybody
      assert.deepStrictEqual([here, elsewhere], [[userOf(79)], [undefined]])
    }).pipe(Effect.scoped)
  )

  it.effect("are kept as hashes alone, until their last token has died", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const erased = yield* node
      yield* erased.add(userOf(73), Date.now() + HOUR)
      yield* erased.add(userOf(74), Date.now() - 1)
      const rows = yield* sql`select subject_hash from erased_subjects`
      assert.notInclude(JSON.stringify(rows), userOf(73))
      assert.strictEqual(yield* erased.purge, 1)
      assert.isTrue(erased.has(userOf(73)))
      assert.isFalse(erased.has(userOf(74)))
    }).pipe(Effect.scoped)
  )

  it.effect("stay refused where they were added, also by a reading that began before", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const erased = yield* node
      yield* erased.add(userOf(76), Date.now() + HOUR)
      // What such a reading sees: the table without the row.
      yield* sql`delete from erased_subjects`
      yield* erased.purge
      assert.isTrue(erased.has(userOf(76)))
    }).pipe(Effect.scoped)
  )

  it.effect("are found among others as the database knows it, also before this node has heard of them", () =>
    Effect.gen(function* () {
      const one = yield* node
      const two = yield* node
      yield* one.add(userOf(77), Date.now() + HOUR)
      assert.deepStrictEqual(yield* two.among([userOf(78), userOf(77)]), [userOf(77)])
    }).pipe(Effect.scoped)
  )

  it.effect("have their tokens refused, also those that were accepted a moment ago", () =>
    Effect.gen(function* () {
      const erased = yield* node
      const tokens = yield* JoseTokens.make({
        key: { secret: Redacted.make("an-hs256-secret-of-more-than-32-bytes") },
        audience: undefined,
        issuer: undefined,
        maxTokenAgeMillis: 24 * HOUR,

        sessionMillis: 90 * 86_400_000,
        renewWithinMillis: 7 * 86_400_000,
        clockSkewMillis: 0
      }).pipe(Effect.provideService(ErasedSubjects, erased))
      const userId = userOf(75) as UserId
      const token = yield* tokens.mint({ userId, role: "traveler", ttlMillis: HOUR })
      yield* tokens.verify(token)
      yield* erased.add(userId, Date.now() + HOUR)
      const refused = yield* Effect.flip(tokens.verify(token))
      assert.strictEqual(refused.message, "This account was deleted.")
    }).pipe(Effect.scoped)
  )
})
