import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { daysBefore, utcDay } from "../../../src/domain/money.ts"
import * as PostgresCostGuard from "../../../src/layers/postgres/cost-guard.ts"
import { ErasedSubjects } from "../../../src/services/tokens.ts"
import { emptyDatabase, freshDatabase } from "../../harness/postgres.ts"

const user = "00000000-0000-7000-8000-00000000000a"
const other = "00000000-0000-7000-8000-00000000000b"
const departed = "00000000-0000-7000-8000-00000000000c"
const call = (mostMicros: number, userId?: string) => ({
  model: "claude-haiku-4-5",
  purpose: "rank",
  mostMicros,
  ...(userId === undefined ? {} : { userId })
})
const used = (inputTokens: number, outputTokens = 0) => ({ inputTokens, outputTokens, cachedTokens: 0 })

/** A guard of its own over the database of the test, as another node would have it; patient with a busy machine. */
const node = (dailyBudgetUsd: number, userDailyBudgetUsd = 100) =>
  PostgresCostGuard.make({ dailyBudgetUsd, userDailyBudgetUsd, patience: "1 minute" }).pipe(
    Effect.provide(Layer.mock(ErasedSubjects)({ has: (userId) => userId === departed }))
  )

const clean = Effect.flatMap(SqlClient, (sql) =>
  Effect.andThen(sql`delete from llm_spend`, sql`delete from llm_ledger`)
)

describe("the cost guard", () => {
  layer(freshDatabase(), { excludeTestServices: true })((it) => {
    it.effect("stops before the budget is passed, with two nodes and many calls at once", () =>
      Effect.gen(function* () {
        yield* clean
        const [one, two] = [yield* node(0.001), yield* node(0.001)]
        const results = yield* Effect.all(
          Array.from({ length: 60 }, (_, i) => Effect.result((i % 2 ? one : two).reserve(call(30)))),
          { concurrency: "unbounded" }
        )
        const taken = results.filter(Result.isSuccess)
        assert.strictEqual(taken.length, 33) // 33 × 30 = 990 of 1,000
        for (const refused of results.filter(Result.isFailure)) {
          assert.deepInclude(refused.failure, { _tag: "BudgetSpent", scope: "everybody" })
        }
        const report = yield* one.report(1)
        assert.deepInclude(report, { spent_micros: 990, budget_micros: 1000 })
        assert.strictEqual(report.days[0]!.calls, 33)
      }).pipe(Effect.scoped)
    )

    it.effect("spends nothing for somebody who has left, and leaves no row that names them", () =>
      Effect.gen(function* () {
        yield* clean
        const refused = yield* Effect.flip((yield* node(1)).reserve(call(30, departed)))
        assert.strictEqual(refused._tag, "BudgetSpent")
        const sql = yield* SqlClient
        assert.lengthOf(yield* sql`select 1 from llm_ledger union all select 1 from llm_spend`, 0)
      }).pipe(Effect.scoped)
    )

    it.effect(
      "forgets what travelers spent once their day is over, and keeps the totals that alarms compare with",
      () =>
        Effect.gen(function* () {
          yield* clean
          const sql = yield* SqlClient
          const guard = yield* node(1)
          yield* guard.reserve(call(30, user))
          const today = utcDay(Date.now())
          const nobody = "00000000-0000-0000-0000-000000000000"
          for (const days of [1, 2, 7, 8]) {
            for (const subject of [other, nobody]) {
              yield* sql`insert into llm_spend (day, subject, micros) values (${daysBefore(today, days)}::date, ${subject}, 5)`
            }
          }
          assert.strictEqual(yield* guard.reset, 4)
          const left = yield* sql<{ day: string; subject: string }>`
          select day::text as day, subject from llm_spend order by day desc, subject`
          assert.deepStrictEqual(
            left.map(({ day, subject }) => [day, subject]),
            [
              [today, nobody],
              [today, user],
              [daysBefore(today, 1), nobody],
              [daysBefore(today, 1), other],
              [daysBefore(today, 2), nobody],
              [daysBefore(today, 7), nobody]
            ]
          )
          assert.strictEqual(yield* guard.reset, 0)
        }).pipe(Effect.scoped)
    )

    it.effect("gives back what a call did not cost, exactly once", () =>
      Effect.gen(function* () {
        yield* clean
        const guard = yield* node(0.001)
        const reservation = yield* guard.reserve(call(900))
        assert.isTrue(Result.isFailure(yield* Effect.result(guard.reserve(call(200)))))
        const settlement = { usage: used(100, 20), outcome: "ok", latencyMs: 12 } as const
        yield* guard.settle(reservation, settlement)
        yield* guard.settle(reservation, settlement)
        assert.strictEqual((yield* guard.report(1)).spent_micros, 200)
        const sql = yield* SqlClient
        const [row] = yield* sql`select cost_usd::text as cost, input_tokens, outcome from llm_ledger`
        assert.deepStrictEqual(row, { cost: "0.000200", input_tokens: 100, outcome: "ok" })
        yield* guard.reserve(call(800))
      }).pipe(Effect.scoped)
    )

    it.effect("books no more for a call than was reserved for it, whatever was counted", () =>
      Effect.gen(function* () {
        yield* clean
        const guard = yield* node(1)
        const absurd = { usage: used(2_000_000_000, 2_000_000_000), outcome: "ok", latencyMs: 12 } as const
        yield* guard.settle(yield* guard.reserve(call(700, user)), absurd)
        const report = yield* guard.report(1)
        assert.strictEqual(report.spent_micros, 700)
        assert.strictEqual(report.days[0]!.micros, 700)
        yield* guard.reserve(call(900, user))
      }).pipe(Effect.scoped)
    )

    it.effect("counts the whole reservation where nobody can know the cost", () =>
      Effect.gen(function* () {
        yield* clean
        const guard = yield* node(1)
        yield* guard.settle(yield* guard.reserve(call(700)), { outcome: "timeout", latencyMs: 6000 })
        assert.strictEqual((yield* guard.report(1)).spent_micros, 700)
      }).pipe(Effect.scoped)
    )

    it.effect("keeps each traveler to their own budget, and leaves nothing behind when it refuses", () =>
      Effect.gen(function* () {
        yield* clean
        const guard = yield* node(1, 0.0005)
        yield* guard.reserve(call(400, user))
        const refused = yield* Effect.result(guard.reserve(call(200, user)))
        assert.isTrue(
          Result.isFailure(refused) && refused.failure._tag === "BudgetSpent" && refused.failure.scope === "traveler"
        )
        yield* guard.reserve(call(500, other))
        yield* guard.reserve(call(2000))
        const report = yield* guard.report(1)
        assert.strictEqual(report.spent_micros, 2900)
        assert.strictEqual(report.days[0]!.calls, 3)
      }).pipe(Effect.scoped)
    )

    it.effect("leaves half of the budget to travelers who wait", () =>
      Effect.gen(function* () {
        yield* clean
        const guard = yield* node(0.001)
        const ahead = { ...call(300), background: true }
        yield* guard.reserve(ahead)
        const refused = yield* Effect.result(guard.reserve(ahead))
        assert.isTrue(Result.isFailure(refused) && refused.failure.message.includes("travelers who wait"))
        yield* guard.reserve(call(700))
      }).pipe(Effect.scoped)
    )

    it.effect("takes nothing of a traveler's budget when everybody's is spent", () =>
      Effect.gen(function* () {
        yield* clean
        const tight = yield* node(0.0001)
        assert.isTrue(Result.isFailure(yield* Effect.result(tight.reserve(call(200, user)))))
        const sql = yield* SqlClient
        assert.deepStrictEqual(yield* sql`select * from llm_spend`, [])
      }).pipe(Effect.scoped)
    )

    it.effect("notices a day that costs more than twice the usual", () =>
      Effect.gen(function* () {
        yield* clean
        const sql = yield* SqlClient
        const today = utcDay(Date.now())
        for (let i = 1; i <= 7; i++) {
          yield* sql`insert into llm_spend values (${daysBefore(today, i)}::date, ${"00000000-0000-0000-0000-000000000000"}, 1000)`
        }
        const guard = yield* node(1)
        yield* guard.reserve(call(2000))
        assert.deepInclude(yield* guard.report(1), { usual_micros: 1000, unusual: false })
        yield* guard.reserve(call(1))
        assert.deepInclude(yield* guard.report(1), { unusual: true })
      }).pipe(Effect.scoped)
    )

    it.effect("lets a killed process's reservations stand as spent, and says so", () =>
      Effect.gen(function* () {
        yield* clean
        const gone = yield* node(1)
        yield* gone.reserve(call(300))
        const sql = yield* SqlClient
        yield* sql`update llm_ledger set created_at = now() - interval '1 hour'`
        const guard = yield* node(1)
        const abandoned = sql<{ outcome: string }>`select outcome from llm_ledger`.pipe(
          Effect.repeat({ until: ([row]) => row?.outcome === "abandoned" }),
          Effect.timeout("30 seconds")
        )
        yield* abandoned
        assert.strictEqual((yield* guard.report(1)).spent_micros, 300)
      }).pipe(Effect.scoped)
    )
  })

  layer(
    Layer.effect(
      SqlClient,
      Effect.map(SqlClient, (sql) => sql)
    ).pipe(Layer.provide(emptyDatabase())),
    { excludeTestServices: true }
  )("without its tables", (it) => {
    it.effect("fails closed, and says what to look at", () =>
      Effect.gen(function* () {
        const guard = yield* node(100)
        const refused = yield* Effect.result(guard.reserve(call(1)))
        assert.isTrue(Result.isFailure(refused) && refused.failure._tag === "LedgerUnavailable")
      }).pipe(Effect.scoped)
    )
  })
})
