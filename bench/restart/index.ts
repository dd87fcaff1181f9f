/**
 * A server with ten thousand trips under way is killed with SIGKILL while two thousand travelers ask, answer and listen, and
 * is started again: how soon the first pivot of any trip is answered, and whether every stream goes on where it was.
 */
import { loadavg } from "node:os"
import * as Effect from "effect/Effect"
import * as References from "effect/References"
import { seededRandom } from "../../src/domain/basics/random.ts"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { cpuMillis } from "../cpu.ts"
import { beginLoad, connectAll, nothingPromised, nothingSeen, pause, Traveler } from "../live/travelers.ts"
import { JOURNAL_DEPTH, type LiveWorld, liveWorld, metricReaches, missingOf, TRIPS_RESIDENT } from "../live/world.ts"
import { percentile } from "../percentile.ts"
import { killServer, launchServer } from "../server.ts"
import { makeTrips, pivotsOf, tripId } from "../stream/fixture.ts"

const TRIPS = 10_000
const SOCKETS = 2_000
const PER_SECOND = 300
/** Under load before the kill. */
const SECONDS = 10
/** Trips, chosen at random, whose first pivot after the start is timed. */
const ASKED = 200
const FIRST_PIVOT_MS = 3_000
/** So soon some ask again who were not answered: they say when the first answer comes. */
const AGAIN_MS = 20
const EAGER = 10
/** The others wait as people do. */
const PATIENT_MS = 500
const GIVE_UP_MS = 60_000
const DRAIN_MS = 1_800_000

interface Options {
  readonly trips: number
  readonly sockets: number
  readonly perSecond: number
}

interface First {
  /** From the start of the process until the answer. */
  readonly sinceStart: number
  /** From the request that was answered. */
  readonly itself: number
  /** What the server has computed since its start, in milliseconds: what it would have taken on a machine of its own, at least. */
  readonly cpu: number
}

/** Asks until it is answered. */
const firstPivot = async (
  world: LiveWorld,
  n: number,
  body: string,
  started: number,
  againMillis: number
): Promise<First | undefined> => {
  const url = `http://127.0.0.1:${world.settings.port}/api/v1/trips/${tripId(n)}/pivot`
  const headers = { authorization: `Bearer ${world.tokens[n]}`, "content-type": "application/json" }
  while (performance.now() - started < GIVE_UP_MS) {
    const asked = performance.now()
    const ok = await fetch(url, { method: "POST", headers, body }).then(
      async (response) => {
        await response.arrayBuffer()
        return response.ok
      },
      () => false
    )
    const now = performance.now()
    if (ok) return { sinceStart: now - started, itself: now - asked, cpu: cpuMillis(world.server().pid!) }
    await pause(againMillis)
  }
  return undefined
}

const drive = async (world: LiveWorld, options: Options) => {
  const { port } = world.settings
  const promised = nothingPromised()
  const bodies = makeTrips(options.trips).map(pivotsOf)
  const travelers = Array.from({ length: options.sockets }, (_, n) => new Traveler(port, n, world.tokens[n]!, promised))
  await connectAll(travelers)
  const load = beginLoad(travelers, bodies, options.perSecond)
  await pause(SECONDS * 1_000)
  console.error("killed and started again…")
  await killServer(world.server())
  load.rest()
  const started = performance.now()
  world.replace(launchServer(world.settings))
  const random = seededRandom(1)
  const chosen = Array.from({ length: ASKED }, () => Math.floor(random() * options.trips))
  const firsts = await Promise.all(
    // Spread over the first seconds as travelers are, the first ones at once.
    chosen.map(async (n, i) => {
      const begins = (i * FIRST_PIVOT_MS) / ASKED
      await pause(begins)
      const again = i % (ASKED / EAGER) === 0 ? AGAIN_MS : PATIENT_MS
      return { n, first: await firstPivot(world, n, `{${bodies[n]![0]!}`, started, again) }
    })
  )
  const back = () => promised.recovered + promised.renewed
  while (back() < options.sockets && performance.now() - started < GIVE_UP_MS) await pause(AGAIN_MS)
  const streamsAfter = performance.now() - started
  await metricReaches(port, TRIPS_RESIDENT, (count) => count >= options.trips, DRAIN_MS)
  const residentAfter = performance.now() - started
  const seen = nothingSeen()
  load.count(seen)
  load.goOn()
  await pause(SECONDS * 1_000)
  await load.stop()
  await metricReaches(port, JOURNAL_DEPTH, (depth) => depth === 0, DRAIN_MS)
  for (const one of travelers) one.end()
  return { firsts, promised, streamsAfter, residentAfter, seen, back: back() }
}

export const benchmark: Benchmark = {
  summary: "ten thousand trips under way, killed under load and started again: the first pivots, and the streams",
  options: [
    `--trips <n>    under way (${TRIPS})`,
    `--sockets <n>  travelers on their streams (${SOCKETS})`,
    `--rate <n>     pivots a second (${PER_SECOND})`,
    "--quick        1,000 trips, 300 travelers"
  ],
  run: async (args): Promise<Report> => {
    const quick = args.includes("--quick")
    const trips = numberFlag(args, "trips", quick ? 1_000 : TRIPS)
    const options: Options = {
      trips,
      sockets: Math.min(trips, numberFlag(args, "sockets", quick ? 300 : SOCKETS)),
      perSecond: numberFlag(args, "rate", PER_SECOND)
    }
    const program = Effect.gen(function* () {
      const world = yield* liveWorld(options.trips)
      const driven = yield* Effect.promise(() => drive(world, options))
      return { ...driven, missing: yield* Effect.promise(() => missingOf(world.database.url, driven.promised)) }
    })
    const { back, firsts, missing, promised, residentAfter, seen, streamsAfter } = await Effect.runPromise(
      program.pipe(Effect.scoped, Effect.provideService(References.MinimumLogLevel, "None"))
    )
    const answered = firsts.flatMap(({ first }) => (first === undefined ? [] : [first]))
    const sinceStart = answered.map((one) => one.sinceStart)
    const soonest = Math.min(...sinceStart)
    const computed = Math.min(...answered.map((one) => one.cpu))
    const itself = answered.map((one) => one.itself)
    const acknowledged = promised.answers.size + promised.signals.size
    const failed = [...seen.failed.values()].reduce((a, b) => a + b, 0)
    return {
      tables: [
        {
          title: `${options.trips} trips under way, killed with ${options.sockets} travelers on their streams`,
          columns: ["", "ms"],
          rows: [
            ["from the start until the first pivot of a trip is answered", soonest],
            ["what the server has computed until then", computed],
            [`first pivots of ${ASKED} trips, the request that was answered, p50`, percentile(itself, 0.5)],
            ["the same, p99", percentile(itself, 0.99)],
            ["every stream is back, from the start", streamsAfter],
            ["every trip is in memory, from the start", residentAfter],
            ["pivots afterwards, p50", percentile(seen.latencies, 0.5)],
            ["the same, p99", percentile(seen.latencies, 0.99)]
          ]
        }
      ],
      bars: [
        {
          name: "the first pivot of a random trip, from the start of the process",
          wanted: `< ${FIRST_PIVOT_MS / 1_000} s`,
          measured: `${(soonest / 1_000).toFixed(2)} s`,
          met: soonest < FIRST_PIVOT_MS
        },
        {
          name: `first pivots of ${ASKED} random trips, each`,
          wanted: `answered, < ${FIRST_PIVOT_MS / 1_000} s`,
          measured: `${answered.length}, slowest ${(percentile(itself, 1) / 1_000).toFixed(2)} s`,
          met: answered.length === ASKED && percentile(itself, 1) < FIRST_PIVOT_MS
        },
        {
          name: "streams that are back",
          wanted: `${options.sockets}, without a gap`,
          measured: `${back}: ${promised.recovered} where they were, ${promised.renewed} told to begin anew, ${promised.gaps.length} gaps`,
          met: back >= options.sockets && promised.gaps.length === 0
        },
        {
          name: "acknowledged and lost, or stored twice; gaps in stored trips",
          wanted: `none of ${acknowledged}`,
          measured: String(missing.lost + missing.twice + missing.gaps),
          met: missing.lost + missing.twice + missing.gaps === 0 && acknowledged > 0
        },
        { name: "pivots that failed afterwards", wanted: "none", measured: String(failed), met: failed === 0 }
      ],
      notes: [
        ...promised.gaps.slice(0, 5),
        ...[...seen.failed].map(([what, times]) => `${what} (${times})`),
        `Load average at the end: ${loadavg()[0]!.toFixed(1)}; server, PostgreSQL and travelers share the machine.`
      ],
      figures: { options, firsts, streams_back_ms: streamsAfter, resident_ms: residentAfter }
    }
  }
}
