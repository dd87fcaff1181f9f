/**
 * Mixed traffic for many minutes at half of what the server manages: plans, reads, changes, pivots, signals, exports. What it
 * holds is looked at every minute, after a forced collection: what grows without end shows, however slowly. What has a bound
 * gets a small one here, so that it is full before the measuring begins and does not look like growth.
 */
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type Held, lookInside } from "../../test/harness/inside.ts"
import { type Benchmark, flag, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, mintTokens, type ServerSettings, startServer } from "../server.ts"
import { type Census, census, grown } from "./heap.ts"

const MINUTES = 20
const TRAVELERS = 200
/** Callers that wait for each answer, and for how long they find out what the server manages. */
const CALLERS = 16
const CAPACITY_SECONDS = 20
const SHARE_OF_CAPACITY = 0.5
/** Full before the first quarter is over; the product's own bounds take hours to fill. */
const SMALL_BOUNDS = {
  SIGNAL_REMEMBERED_IDS: "5000",
  CACHE_MAX_ENTRIES: "1000",
  OFFER_TTL: "1m",
  ACTOR_IDLE: "1m"
}
const MIB = 1024 * 1024
/** A traveler's actor remembers the newest of their signals: `MAX_RECENT` in domain/user/state.ts, and some more. */
const REMEMBERED_OF_EACH = 80
/** Kinds of things on the heap that are shown, those that grew most. */
const GROWN_SHOWN = 25
/** From when on nothing should grow any more: caches are full, code is compiled. */
const SETTLED_AFTER = 0.25
const HEAP_GROWTH = 1.02
const RSS_GROWTH = 1.1

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

interface Person {
  readonly token: string
  trip: Json
}

const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

class Traffic {
  readonly latencies: Array<number> = []
  readonly failures = new Map<string, number>()
  asked = 0
  readonly #url: string
  readonly #people: ReadonlyArray<Person>

  constructor(url: string, tokens: ReadonlyArray<string>) {
    this.#url = url
    this.#people = tokens.map((token) => ({ token, trip: undefined }))
  }

  async #call(person: Person, method: string, path: string, body?: unknown): Promise<Json> {
    const from = performance.now()
    this.asked++
    try {
      const response = await fetch(`${this.#url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${person.token}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) })
      })
      const text = await response.text()
      this.latencies.push(performance.now() - from)
      if (response.status >= 500) this.#failed(`${method} ${path.replace(/[0-9a-f-]{36}/g, ":id")} ${response.status}`)
      return response.ok && text !== "" ? JSON.parse(text) : undefined
    } catch (cause) {
      const { code, message } = ((cause as Error).cause ?? cause) as {
        readonly code?: string
        readonly message: string
      }
      this.#failed(`${method}: ${code ?? ""} ${message}`)
      return undefined
    }
  }

  #failed(what: string) {
    this.failures.set(what, (this.failures.get(what) ?? 0) + 1)
  }

  async #plan(person: Person) {
    const start_date = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const trip = await this.#call(person, "POST", "/trips", { city: "seattle", start_date, days: 2 })
    if (trip === undefined) return
    // One trip under way each, for as long as it lasts.
    const former = person.trip
    person.trip = trip
    if (former !== undefined) await this.#call(person, "PATCH", `/trips/${former.id}`, { status: "cancelled" })
    for (const status of ["confirmed", "active"]) await this.#call(person, "PATCH", `/trips/${trip.id}`, { status })
  }

  #views(slot: Json, count: number): ReadonlyArray<Json> {
    return Array.from({ length: count }, () => ({
      id: randomUUID(),
      signal_type: "slot_view",
      slot_id: slot.id,
      occurred_at: new Date().toISOString()
    }))
  }

  /** Everybody has a trip under way, and is remembered by as many signals as there is room for, before anything is measured. */
  async begin(): Promise<void> {
    for (const person of this.#people) {
      while (person.trip === undefined) await this.#plan(person)
      await this.#call(person, "POST", "/signals", this.#views(person.trip.days[0].slots[0], REMEMBERED_OF_EACH))
    }
    this.latencies.length = 0
    this.failures.clear()
    this.asked = 0
  }

  /** One thing that somebody does; the mix of a busy day. */
  async next(): Promise<void> {
    const person = this.#people[Math.floor(Math.random() * this.#people.length)]!
    const { days, id } = person.trip
    const slots = days.flatMap((day: Json) => day.slots)
    const slot = slots[Math.floor(Math.random() * slots.length)]
    const dice = Math.random()
    if (dice < 0.01) return this.#plan(person)
    if (dice < 0.3) return this.#call(person, "GET", `/trips/${id}`)
    if (dice < 0.35) return this.#call(person, "GET", "/trips")
    if (dice < 0.4) return this.#call(person, "GET", "/discovery?city=seattle")
    if (dice < 0.41) return this.#call(person, "GET", "/users/me/export")
    if (dice < 0.5)
      return this.#call(person, "PATCH", `/trips/${id}/slots/${slot.id}`, { action: dice < 0.45 ? "lock" : "unlock" })
    if (dice < 0.7)
      return this.#call(person, "POST", `/trips/${id}/pivot`, { trigger: "venue_closed", slot_id: slot.id })
    return this.#call(person, "POST", "/signals", this.#views(slot, 10))
  }
}

/** Answers a second where so many callers each wait for theirs. */
const capacityOf = async (traffic: Traffic): Promise<number> => {
  const end = performance.now() + CAPACITY_SECONDS * 1_000
  const before = traffic.asked
  const caller = async () => {
    while (performance.now() < end) await traffic.next()
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  return (traffic.asked - before) / CAPACITY_SECONDS
}

/** What is added in a minute, by the line that fits best. */
const slope = (points: ReadonlyArray<readonly [minute: number, value: number]>): number => {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [minute, value] = [mean(([at]) => at), mean(([, one]) => one)]
  const spread = points.reduce((sum, [at]) => sum + (at - minute) ** 2, 0)
  return spread === 0 ? 0 : points.reduce((sum, [at, one]) => sum + (at - minute) * (one - value), 0) / spread
}

interface Options {
  readonly minutes: number
  readonly rate: number | undefined
  readonly explain: boolean
}

const drive = async (settings: ServerSettings, inspector: number, { explain, minutes, rate }: Options) => {
  const tokens = await mintTokens(settings, TRAVELERS)
  const inside = await lookInside(inspector)
  const traffic = new Traffic(`http://127.0.0.1:${settings.port}`, tokens)
  await traffic.begin()
  const capacity = rate === undefined ? await capacityOf(traffic) : undefined
  const perSecond = rate ?? Math.max(1, Math.round(capacity! * SHARE_OF_CAPACITY))
  console.error(`${perSecond} requests a second for ${minutes} minutes…`)
  traffic.latencies.length = 0
  const looks: Array<{ readonly minute: number; readonly held: Held; readonly p99: number }> = []
  const from = performance.now()
  const every = Math.max(15_000, (minutes * 60_000) / 20)
  let nextLook = every
  let settled: Census | undefined
  let n = 0
  while (performance.now() - from < minutes * 60_000) {
    void traffic.next()
    const due = (++n * 1_000) / perSecond
    await pause(Math.max(0, due - (performance.now() - from)))
    if (performance.now() - from < nextLook) continue
    nextLook += every
    const p99 = percentile(traffic.latencies.splice(0), 0.99)
    const minute = (performance.now() - from) / 60_000
    looks.push({ minute, held: await inside.held(), p99 })
    // Asked between two looks, so that what it costs is in neither.
    if (explain && settled === undefined && minute >= minutes * SETTLED_AFTER)
      settled = census(await inside.heapSnapshot())
  }
  const growth = settled === undefined ? [] : grown(settled, census(await inside.heapSnapshot()), GROWN_SHOWN)
  inside.close()
  return { looks, growth, asked: traffic.asked, failures: traffic.failures, capacity, perSecond }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const minutes = numberFlag(args, "minutes", MINUTES)
  const rate = flag(args, "rate") === undefined ? undefined : numberFlag(args, "rate", 1)
  const folder = mkdtempSync(join(tmpdir(), "overplanned-soak-"))
  const program = Effect.gen(function* () {
    const database = yield* ownPostgres(folder)
    return yield* Effect.promise(async () => {
      const inspector = await freePort()
      const settings: ServerSettings = {
        dataDirectory: join(folder, "data"),
        databaseUrl: database.url,
        port: await freePort(),
        more: SMALL_BOUNDS,
        flags: [`--inspect=127.0.0.1:${inspector}`]
      }
      const server = await startServer(settings)
      try {
        return await drive(settings, inspector, { minutes, rate, explain: args.includes("--explain") })
      } finally {
        await killServer(server)
      }
    })
  }).pipe(Effect.scoped)
  const { asked, capacity, failures, growth, looks, perSecond } = await Effect.runPromise(program).finally(() =>
    rmSync(folder, { recursive: true, force: true })
  )
  const settled = looks.filter(({ minute }) => minute >= minutes * SETTLED_AFTER)
  const [first, last] = [settled[0]!.held, settled.at(-1)!.held]
  const failed = [...failures.values()].reduce((a, b) => a + b, 0)
  return {
    tables: [
      {
        title: `${minutes} minutes of mixed traffic, ${perSecond} requests a second${capacity === undefined ? "" : ` (half of the ${capacity.toFixed(0)} that ${CALLERS} callers got)`}, ${TRAVELERS} travelers`,
        columns: ["minute", "RSS, MiB", "heap, MiB", "outside the heap, MiB", "handles", "p99, ms"],
        rows: looks.map(({ held, minute, p99 }) => [
          minute.toFixed(1),
          held.rss / MIB,
          held.heap / MIB,
          held.external / MIB,
          held.handles,
          p99
        ])
      },
      ...(growth.length === 0
        ? []
        : [
            {
              title: "What grew most on the heap since it was settled",
              columns: ["what", "grew by, KiB", "more of them", "now, KiB"],
              rows: growth.map(({ bytes, count, now, what }) => [what, bytes / 1024, count, now / 1024])
            }
          ])
    ],
    bars: [
      // Taking a heap apart leaves some megabytes on it, and hundreds in the process: then these are not judged.
      ...(growth.length > 0
        ? []
        : [
            {
              name: "heap after a forced collection, last to settled",
              wanted: `at most ${HEAP_GROWTH}`,
              measured: (last.heap / first.heap).toFixed(3),
              met: last.heap <= first.heap * HEAP_GROWTH
            },
            {
              name: "resident memory, last to settled",
              wanted: `at most ${RSS_GROWTH}`,
              measured: (last.rss / first.rss).toFixed(3),
              met: last.rss <= first.rss * RSS_GROWTH
            }
          ]),
      { name: "failures of ours", wanted: "none", measured: `${failed} of ${asked}`, met: failed === 0 }
    ],
    notes: [
      ...[...failures].map(([what, count]) => `${what}: ${count}`),
      `Each minute, settled: heap ${(slope(settled.map(({ held, minute }) => [minute, held.heap])) / 1024).toFixed(0)} KiB, resident memory ${(slope(settled.map(({ held, minute }) => [minute, held.rss])) / 1024).toFixed(0)} KiB, handles ${slope(settled.map(({ held, minute }) => [minute, held.handles])).toFixed(2)}.`,
      `Bounds smaller than the product's: ${Object.entries(SMALL_BOUNDS)
        .map((one) => one.join("="))
        .join(
          " "
        )}. Load average at the end: ${loadavg()[0]!.toFixed(1)}; PostgreSQL and the travelers share the machine.`
    ],
    figures: { capacity, rate: perSecond, looks }
  }
}

export const benchmark: Benchmark = {
  summary: "mixed traffic for many minutes: what the server holds afterwards",
  options: [
    `--minutes <n>  how long (default ${MINUTES})`,
    "--rate <n>     requests a second (default: half of what is measured first)",
    "--explain      takes what is on the heap apart once it is settled, and at the end"
  ],
  run
}
