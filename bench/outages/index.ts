/**
 * What travelers under way notice of an outage of a minute: two thousand of them on their streams, five hundred pivots a
 * second, and PostgreSQL stopped, then frozen, Redis killed, then frozen, Claude hanging. All of it real but Claude, who
 * is a loopback server that speaks the Messages API.
 */
import { loadavg } from "node:os"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { TAXONOMY } from "../../src/domain/catalog/taxonomy.ts"
import { fakeAnthropic } from "../../test/fakes/anthropic.ts"
import { freeze } from "../../test/harness/own-postgres.ts"
import { ownRedis } from "../../test/harness/redis.ts"
import { type Bar, type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { beginLoad, connectAll, nothingPromised, nothingSeen, pause, type Seen, Traveler } from "../live/travelers.ts"
import { JOURNAL_DEPTH, type LiveWorld, liveWorld, metricOf, metricReaches, missingOf } from "../live/world.ts"
import { percentile } from "../percentile.ts"
import { makeTrips, pivotsOf } from "../stream/fixture.ts"

const SOCKETS = 2_000
const PER_SECOND = 500
const SECONDS = 60
/** Before and after an outage, each. */
const CALM_SECONDS = 15
/** Longest that the journal may take to drain in the end: a busy machine takes its time. */
const DRAIN_MS = 1_800_000
/** Between two outages nobody waits longer for it: the next one then begins with what is left over. */
const CATCH_UP_MS = 20_000

interface Outage {
  readonly name: string
  readonly begin: () => void | Promise<void>
  readonly end: () => void | Promise<void>
}

interface Phase {
  readonly outage: string
  readonly when: "before" | "during" | "after"
  readonly seen: Seen
  readonly plans: Plans
  /** Records that are not in the database yet, at its end. */
  readonly waiting: number
}

/** Trips that are planned meanwhile, one a second: they need the database, and ask Claude and Redis. */
interface Plans {
  made: number
  /** Status and how often. */
  readonly refused: Map<number, number>
  readonly latencies: Array<number>
}

const noPlans = (): Plans => ({ made: 0, refused: new Map(), latencies: [] })

const beginPlanning = (port: number, tokens: ReadonlyArray<string>) => {
  let plans = noPlans()
  let n = 0
  const plan = async () => {
    const mine = plans
    const began = performance.now()
    // Each with a wish of its own: none is served from what was kept of another.
    const avoid = [TAXONOMY[n % TAXONOMY.length]!.tag, TAXONOMY[Math.floor(n / TAXONOMY.length) % TAXONOMY.length]!.tag]
    const start_date = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    const status = await fetch(`http://127.0.0.1:${port}/api/v1/trips`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokens[n++ % tokens.length]}`, "content-type": "application/json" },
      body: JSON.stringify({ city: "seattle", start_date, days: 1, constraints: { avoid } })
    }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => 0
    )
    mine.latencies.push(performance.now() - began)
    if (status === 201) mine.made++
    else mine.refused.set(status, (mine.refused.get(status) ?? 0) + 1)
  }
  const timer = setInterval(() => void plan(), 1_000)
  return {
    count: (next: Plans) => {
      plans = next
    },
    stop: () => clearInterval(timer)
  }
}

const drive = async (world: LiveWorld, outages: ReadonlyArray<Outage>, options: Options) => {
  const { port } = world.settings
  const promised = nothingPromised()
  const travelers = Array.from({ length: options.sockets }, (_, n) => new Traveler(port, n, world.tokens[n]!, promised))
  await connectAll(travelers)
  const load = beginLoad(travelers, makeTrips(options.sockets).map(pivotsOf), options.perSecond)
  const planning = beginPlanning(port, world.tokens)
  const phases: Array<Phase> = []
  const phase = async (outage: string, when: Phase["when"], seconds: number) => {
    const [seen, plans] = [nothingSeen(), noPlans()]
    load.count(seen)
    planning.count(plans)
    await pause(seconds * 1_000)
    phases.push({ outage, when, seen, plans, waiting: await metricOf(port, ...JOURNAL_DEPTH).catch(() => Number.NaN) })
  }
  /** Nobody asks meanwhile. */
  const catchUp = async () => {
    load.rest()
    await metricReaches(port, JOURNAL_DEPTH, (depth) => depth < options.perSecond, CATCH_UP_MS).catch(() => {})
    load.goOn()
  }
  // Code that has never run is slow: not counted.
  await pause(10_000)
  for (const outage of outages) {
    load.count(nothingSeen())
    planning.count(noPlans())
    await catchUp()
    await pause(2_000)
    console.error(`${outage.name}…`)
    await phase(outage.name, "before", options.calm)
    await outage.begin()
    await phase(outage.name, "during", options.seconds)
    await outage.end()
    await phase(outage.name, "after", options.calm)
  }
  planning.stop()
  await load.stop()
  await metricReaches(port, JOURNAL_DEPTH, (depth) => depth === 0, DRAIN_MS)
  for (const one of travelers) one.end()
  return { phases, promised }
}

interface Options {
  readonly sockets: number
  readonly perSecond: number
  readonly seconds: number
  readonly calm: number
}

const run = (options: Options) =>
  Effect.gen(function* () {
    const redis = yield* ownRedis
    const claude = yield* fakeAnthropic
    const world = yield* liveWorld(options.sockets, {
      REDIS_URL: redis.url,
      ANTHROPIC_API_KEY: "a key of the loopback server",
      ANTHROPIC_BASE_URL: claude.url,
      LLM_DAILY_BUDGET_USD: "1000000",
      LLM_USER_DAILY_BUDGET_USD: "1000000"
    })
    let thaw = () => {}
    yield* Effect.addFinalizer(() => Effect.sync(() => thaw()))
    const { database } = world
    const outages: ReadonlyArray<Outage> = [
      {
        name: "PostgreSQL stopped",
        begin: () => Effect.runPromise(database.stop),
        end: () => Effect.runPromise(database.start)
      },
      {
        name: "PostgreSQL frozen",
        begin: () => {
          thaw = freeze(database.pid)
        },
        end: () => thaw()
      },
      {
        name: "Redis killed",
        begin: () => Effect.runPromise(redis.kill),
        end: () => Effect.runPromise(redis.restart)
      },
      {
        name: "Redis frozen",
        begin: () => Effect.runPromise(redis.pause),
        end: () => Effect.runPromise(redis.resume)
      },
      {
        name: "Claude hangs",
        begin: () => claude.always({ hang: true }),
        end: () => claude.always(claude.sensible)
      }
    ]
    const { phases, promised } = yield* Effect.promise(() => drive(world, outages, options))
    const missing = yield* Effect.promise(() => missingOf(database.url, promised))
    return { phases, promised, missing }
  })

const sum = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((a, b) => a + b, 0)

export const benchmark: Benchmark = {
  summary:
    "two thousand travelers and 500 pivots a second while PostgreSQL, Redis and Claude are away for a minute each",
  options: [
    `--seconds <n>  length of each outage (${SECONDS})`,
    `--sockets <n>  travelers on their streams, each with a trip under way (${SOCKETS})`,
    `--rate <n>     pivots a second (${PER_SECOND})`,
    "--quick        500 travelers, 8 s each"
  ],
  run: async (args): Promise<Report> => {
    const quick = args.includes("--quick")
    const options: Options = {
      sockets: numberFlag(args, "sockets", quick ? 500 : SOCKETS),
      perSecond: numberFlag(args, "rate", PER_SECOND),
      seconds: numberFlag(args, "seconds", quick ? 8 : SECONDS),
      calm: quick ? 5 : CALM_SECONDS
    }
    const { missing, phases, promised } = await Effect.runPromise(
      run(options).pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
    )
    const rows = phases.map(({ outage, plans, seen, waiting, when }) => ({
      outage,
      when,
      asked: seen.asked,
      answered: seen.latencies.length,
      failed: sum(seen.failed),
      p50: percentile(seen.latencies, 0.5),
      p99: percentile(seen.latencies, 0.99),
      slowest: percentile(seen.latencies, 1),
      waiting,
      plans: plans.made,
      plans_refused: sum(plans.refused),
      plan_slowest: percentile(plans.latencies, 1),
      why: Object.fromEntries(seen.failed)
    }))
    const during = rows.filter(({ when }) => when === "during")
    const bars: ReadonlyArray<Bar> = [
      ...during.map(({ answered, asked, failed, outage }) => ({
        name: `pivots that failed, ${outage}`,
        wanted: `none of ${asked}`,
        measured: `${failed} (${answered} answered)`,
        met: failed === 0 && answered === asked
      })),
      {
        name: "pivots that failed before and after",
        wanted: "none",
        measured: String(
          rows.reduce((all, { failed }) => all + failed, 0) - during.reduce((all, { failed }) => all + failed, 0)
        ),
        met: rows.every(({ failed }) => failed === 0)
      },
      {
        name: "acknowledged and lost, or stored twice",
        wanted: `none of ${promised.answers.size + promised.signals.size}`,
        measured: String(missing.lost + missing.twice),
        met: missing.lost + missing.twice === 0 && promised.answers.size > 0 && promised.signals.size > 0
      },
      {
        name: "gaps in streams and in stored trips",
        wanted: "none",
        measured: String(promised.gaps.length + missing.gaps),
        met: promised.gaps.length + missing.gaps === 0
      },
      ...during
        .filter(({ outage }) => !outage.startsWith("PostgreSQL"))
        .map(({ outage, plan_slowest, plans, plans_refused }) => ({
          name: `trips planned meanwhile, ${outage}`,
          wanted: "all, within 8 s",
          measured: `${plans}, ${plans_refused} refused, slowest ${(plan_slowest / 1000).toFixed(1)} s`,
          met: plans > 0 && plans_refused === 0 && plan_slowest < 8_000
        }))
    ]
    return {
      tables: [
        {
          title: `${options.sockets} travelers, ${options.perSecond} pivots a second, outages of ${options.seconds} s`,
          columns: [
            "outage",
            "",
            "pivots",
            "failed",
            "p50, ms",
            "p99, ms",
            "slowest, ms",
            "not drained",
            "plans",
            "refused"
          ],
          rows: rows.map((row) => [
            row.outage,
            row.when,
            row.asked,
            row.failed,
            row.p50,
            row.p99,
            row.slowest,
            row.waiting,
            row.plans,
            row.plans_refused
          ])
        }
      ],
      bars,
      notes: [
        `Acknowledged: ${promised.answers.size} answers to offers, ${promised.signals.size} signals; answers that came too late for their offer: ${sum(promised.refused)}.`,
        ...promised.gaps.slice(0, 5),
        ...rows.flatMap(({ outage, when, why }) =>
          Object.entries(why).map(([what, times]) => `${outage}, ${when}: ${what} (${times})`)
        ),
        `Plans need the database: they are refused while it is away. Load average at the end: ${loadavg()[0]!.toFixed(1)}; server, services and travelers share the machine.`
      ],
      figures: { options, phases: rows, refused: Object.fromEntries(promised.refused) }
    }
  }
}
