/**
 * The ledger in PostgreSQL. `llm_spend` holds one running total per day for everybody and one per traveler; a
 * conditional update of those rows is the reservation, so two nodes cannot both take the last cent. Sums over the
 * ledger itself would cost more with every call of the day.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import { uuidV7 } from "../../domain/ids.ts"
import {
  costMicros,
  daysBefore,
  inBatches,
  isUnusual,
  microsOfUsd,
  USUAL_DAYS,
  usd,
  utcDay
} from "../../domain/money.ts"
import {
  BACKGROUND_SHARE,
  BudgetSpent,
  CostGuard,
  type CostReport,
  type DayCost,
  LedgerUnavailable,
  type PlannedCall,
  type Reservation,
  type Settlement
} from "../../services/cost-guard.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { whyAway } from "./away.ts"

/** The subject of everybody's total. */
const EVERYBODY = "00000000-0000-0000-0000-000000000000"
const PATIENCE = "1 second"
/** A settlement is tried for about half a minute; after that the reservation stands. */
const SETTLE_RETRIES = Schedule.exponential("200 millis").pipe(Schedule.upTo({ times: 7 }))
/** A reservation that is this old belongs to a process that is gone. */
const ABANDONED_AFTER_MINUTES = 10
/** A batch may be answered a day later, by another process; its provider ends it within 24 hours. */
const BATCH_ABANDONED_AFTER_MINUTES = 2 * 24 * 60

const spent = Metric.gauge("llm_spent_micros", {
  description: "Micro-dollars spent or reserved for Claude today (UTC)"
})
const calls = Metric.counter("llm_calls", {
  description: "Calls to Claude that were settled",
  incremental: true
})
const unusualDay = Metric.gauge("llm_unusual_day", {
  description: "1 while today costs more than twice the average of the seven days before"
})

export interface CostGuardOptions {
  readonly dailyBudgetUsd: number
  readonly userDailyBudgetUsd: number
  /** Longest wait for the ledger before a call is given up; it stands in the path of a trip. */
  readonly patience?: Duration.Input
}

const unreachable = (cause: unknown) =>
  new LedgerUnavailable({
    message: `The ledger of LLM costs cannot be reached, so no paid call is made: ${whyAway(cause)}.`,
    cause
  })

const newId = Effect.gen(function* () {
  const millis = yield* Clock.currentTimeMillis
  const random = new Uint8Array(10)
  for (let i = 0; i < random.length; i++) random[i] = yield* Random.nextIntBetween(0, 255)
  return uuidV7(millis, random)
})

const take = (sql: SqlClient, day: string, subject: string, micros: number, most: number) =>
  sql<{ micros: string }>`
    insert into llm_spend (day, subject, micros)
    select ${day}::date, ${subject}::uuid, ${micros}::bigint where ${micros}::bigint <= ${most}::bigint
    on conflict (day, subject) do update set micros = llm_spend.micros + excluded.micros
    where llm_spend.micros + excluded.micros <= ${most}::bigint
    returning micros`.pipe(Effect.map((rows) => (rows.length === 0 ? undefined : Number(rows[0]!.micros))))

const totals = (sql: SqlClient, from: string) =>
  sql<{ day: string; micros: string }>`
    select day::text as day, micros from llm_spend
    where subject = ${EVERYBODY}::uuid and day >= ${from}::date`.pipe(
    Effect.map((rows) => new Map(rows.map((row) => [row.day, Number(row.micros)])))
  )

const week = (today: string, byDay: ReadonlyMap<string, number>) =>
  Array.from({ length: USUAL_DAYS }, (_, i) => byDay.get(daysBefore(today, i + 1)) ?? 0)

interface Budgets {
  readonly everybody: number
  readonly traveler: number
}

const reserveWithin = (
  sql: SqlClient,
  budgets: Budgets,
  patience: Duration.Input,
  call: PlannedCall
): Effect.Effect<Reservation, BudgetSpent | LedgerUnavailable> =>
  Effect.gen(function* () {
    const day = utcDay(yield* Clock.currentTimeMillis)
    const id = yield* newId
    yield* sql.withTransaction(
      Effect.gen(function* () {
        if (call.userId !== undefined) {
          const mine = yield* take(sql, day, call.userId, call.mostMicros, budgets.traveler)
          if (mine === undefined) {
            return yield* new BudgetSpent({
              scope: "traveler",
              message: `Today's budget for this traveler (${usd(budgets.traveler)}) would be passed; the local ranker answers until midnight UTC.`
            })
          }
        }
        // Everybody's row last: it is the one that all calls wait for, so its lock is held shortest.
        yield* sql`
          insert into llm_ledger (id, user_id, trip_id, model, purpose, reserved_usd, day, outcome)
          values (${id}, ${call.userId ?? null}, ${call.tripId ?? null}, ${call.model}, ${call.purpose},
            ${call.mostMicros}::bigint / 1000000::numeric, ${day}::date, 'reserved')`
        const most = call.background === true ? Math.floor(budgets.everybody * BACKGROUND_SHARE) : budgets.everybody
        const all = yield* take(sql, day, EVERYBODY, call.mostMicros, most)
        if (all === undefined) {
          return yield* new BudgetSpent({
            scope: "everybody",
            message:
              call.background === true
                ? `Work ahead of time may use ${usd(most)} of today's budget for Claude; the rest is for travelers who wait.`
                : `Today's budget for Claude (${usd(budgets.everybody)}) would be passed; the local ranker answers until midnight UTC.`
          })
        }
        yield* Metric.update(spent, all)
      })
    )
    return {
      id,
      day,
      model: call.model,
      reservedMicros: call.mostMicros,
      ...(call.userId === undefined ? {} : { userId: call.userId })
    }
  }).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(unreachable(`no answer within ${Duration.format(Duration.fromInputUnsafe(patience))}`))
    }),
    Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(error)))
  )

const write = (sql: SqlClient, reservation: Reservation, settlement: Settlement) =>
  sql.withTransaction(
    Effect.gen(function* () {
      const { usage } = settlement
      // No call costs more than it was allowed to, whatever somebody counted.
      const cost = Math.min(
        reservation.reservedMicros,
        usage === undefined ? reservation.reservedMicros : costMicros(reservation.model, usage)
      )
      const settled = yield* sql<{ id: string }>`
        update llm_ledger set
          input_tokens = ${(usage?.inputTokens ?? 0) + (usage?.cacheWriteTokens ?? 0)},
          output_tokens = ${usage?.outputTokens ?? 0}, cached_tokens = ${usage?.cachedTokens ?? 0},
          cost_usd = ${cost}::bigint / 1000000::numeric, latency_ms = ${settlement.latencyMs}::real,
          outcome = ${settlement.outcome}, settled_at = now()
        where id = ${reservation.id} and settled_at is null returning id`
      if (settled.length === 0) return
      const change = cost - reservation.reservedMicros
      const subjects = reservation.userId === undefined ? [EVERYBODY] : [reservation.userId, EVERYBODY]
      for (const subject of subjects) {
        yield* sql`update llm_spend set micros = greatest(0, micros + ${change}::bigint)
          where day = ${reservation.day}::date and subject = ${subject}::uuid`
      }
    })
  )

const reportOf = (sql: SqlClient, budgets: Budgets, days: number): Effect.Effect<CostReport, LedgerUnavailable> =>
  Effect.gen(function* () {
    const today = utcDay(yield* Clock.currentTimeMillis)
    const from = daysBefore(today, Math.max(days, 1) - 1)
    const byDay = yield* totals(sql, daysBefore(today, USUAL_DAYS))
    const perDay = yield* sql<DayCost>`
      select day::text as day, (sum(case when settled_at is null then reserved_usd else cost_usd end) * 1000000)::float8 as micros,
        count(*)::int as calls, sum(input_tokens)::int as input_tokens, sum(output_tokens)::int as output_tokens,
        sum(cached_tokens)::int as cached_tokens
      from llm_ledger where day >= ${from}::date group by day order by day desc`
    const byPurpose = yield* sql<CostReport["by_purpose"][number]>`
      select purpose, model, (sum(case when settled_at is null then reserved_usd else cost_usd end) * 1000000)::float8 as micros,
        count(*)::int as calls
      from llm_ledger where day >= ${from}::date group by purpose, model order by micros desc`
    const spentToday = byDay.get(today) ?? 0
    const before = week(today, byDay)
    return {
      today,
      budget_micros: budgets.everybody,
      user_budget_micros: budgets.traveler,
      spent_micros: spentToday,
      usual_micros: Math.round(before.reduce((sum, x) => sum + x, 0) / USUAL_DAYS),
      unusual: isUnusual(spentToday, before),
      days: perDay,
      by_purpose: byPurpose
    }
  }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(error))))

/** What a killed process had reserved may have been spent: it keeps counting, and the row says why. */
const closeAbandoned = (sql: SqlClient) => sql`
  update llm_ledger set outcome = 'abandoned', cost_usd = reserved_usd, settled_at = now()
  where outcome = 'reserved' and created_at < now() - make_interval(
    mins => case when model like ${inBatches("%")} then ${BATCH_ABANDONED_AFTER_MINUTES}::int else ${ABANDONED_AFTER_MINUTES}::int end)`

/** A call of yesterday may be settled today still. */
const reset = (sql: SqlClient) =>
  Effect.gen(function* () {
    const today = utcDay(yield* Clock.currentTimeMillis)
    const gone = yield* sql`
    delete from llm_spend
    where day < case when subject = ${EVERYBODY}::uuid
      then ${daysBefore(today, USUAL_DAYS)}::date else ${daysBefore(today, 1)}::date end
    returning 1`
    return gone.length
  }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(error))))

export const make = (options: CostGuardOptions) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const erased = yield* ErasedSubjects
    const budgets = {
      everybody: microsOfUsd(options.dailyBudgetUsd),
      traveler: microsOfUsd(options.userDailyBudgetUsd)
    }
    let alarmedOn = ""

    const watch = Effect.fnUntraced(function* (today: string) {
      const byDay = yield* totals(sql, daysBefore(today, USUAL_DAYS))
      const micros = byDay.get(today) ?? 0
      const before = week(today, byDay)
      const unusual = isUnusual(micros, before)
      yield* Metric.update(spent, micros)
      yield* Metric.update(unusualDay, unusual ? 1 : 0)
      if (!unusual || alarmedOn === today) return
      alarmedOn = today
      const usual = before.reduce((sum, x) => sum + x, 0) / USUAL_DAYS
      yield* Effect.logWarning(
        `Claude has cost ${usd(micros)} today; a usual day costs ${usd(usual)}. Look at /api/v1/admin/costs, or lower LLM_DAILY_BUDGET_USD.`
      )
    })

    const settle = (reservation: Reservation, settlement: Settlement) =>
      write(sql, reservation, settlement).pipe(
        Effect.timeout("5 seconds"),
        Effect.retry(SETTLE_RETRIES),
        Effect.andThen(watch(reservation.day)),
        Effect.catchCause((cause) =>
          Effect.logWarning(
            `A call to Claude could not be settled in the ledger; its reservation of ${usd(reservation.reservedMicros)} counts as spent.`,
            cause
          )
        ),
        Effect.andThen(Metric.update(Metric.withAttributes(calls, { outcome: settlement.outcome }), 1))
      )

    yield* closeAbandoned(sql).pipe(
      Effect.catchCause((cause) => Effect.logWarning("Old reservations of LLM costs could not be closed.", cause)),
      Effect.forkScoped
    )

    const reserve = (call: PlannedCall) =>
      call.userId !== undefined && erased.has(call.userId)
        ? Effect.fail(
            new BudgetSpent({
              scope: "traveler",
              message: "This account was deleted: nothing is spent for it any more."
            })
          )
        : reserveWithin(sql, budgets, options.patience ?? PATIENCE, call)

    return CostGuard.of({
      reserve: (call) => Effect.suspend(() => reserve(call)),
      settle,
      reset: reset(sql),
      report: (days) => reportOf(sql, budgets, days)
    })
  })

export const layer = (options: CostGuardOptions): Layer.Layer<CostGuard, never, SqlClient | ErasedSubjects> =>
  Layer.effect(CostGuard, make(options))
