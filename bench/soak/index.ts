/**
 * Mixed traffic for many minutes at a steady rate: plans, reads, changes, pivots, signals, exports. What the server holds
 * is looked at every minute, after a forced collection: what grows without end shows, however slowly.
 */
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { type Held, lookInside } from "../../test/harness/inside.ts"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"
import { ownPostgres } from "../postgres.ts"
import { freePort, killServer, mintTokens, type ServerSettings, startServer } from "../server.ts"

const MINUTES = 20
const PER_SECOND = 60
const TRAVELERS = 200
const MIB = 1024 * 1024
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
      this.#failed(String(cause))
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
    person.trip = trip
    for (const status of ["confirmed", "active"]) await this.#call(person, "PATCH", `/trips/${trip.id}`, { status })
  }

  /** Everybody has a trip under way before anything is measured. */
  async begin(): Promise<void> {
    for (const person of this.#people) while (person.trip === undefined) await this.#plan(person)
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
    const signals = Array.from({ length: 10 }, () => ({
      id: randomUUID(),
      signal_type: "slot_view",
      slot_id: slot.id,
      occurred_at: new Date().toISOString()
    }))
    return this.#call(person, "POST", "/signals", signals)
  }
}

const drive = async (settings: ServerSettings, inspector: number, minutes: number, perSecond: number) => {
  const tokens = await mintTokens(settings, TRAVELERS)
  const inside = await lookInside(inspector)
  const traffic = new Traffic(`http://127.0.0.1:${settings.port}`, tokens)
  await traffic.begin()
  const looks: Array<{ readonly minute: number; readonly held: Held; readonly p99: number }> = []
  const from = performance.now()
  const every = Math.max(15_000, (minutes * 60_000) / 20)
  let nextLook = every
  let n = 0
  while (performance.now() - from < minutes * 60_000) {
    void traffic.next()
    const due = (++n * 1_000) / perSecond
    await pause(Math.max(0, due - (performance.now() - from)))
    if (performance.now() - from < nextLook) continue
    nextLook += every
    const p99 = percentile(traffic.latencies.splice(0), 0.99)
    looks.push({ minute: (performance.now() - from) / 60_000, held: await inside.held(), p99 })
  }
  inside.close()
  return { looks, asked: traffic.asked, failures: traffic.failures }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const minutes = numberFlag(args, "minutes", MINUTES)
  const perSecond = numberFlag(args, "rate", PER_SECOND)
  const folder = mkdtempSync(join(tmpdir(), "overplanned-soak-"))
  const program = Effect.gen(function* () {
    const database = yield* ownPostgres(folder)
    return yield* Effect.promise(async () => {
      const inspector = await freePort()
      const settings: ServerSettings = {
        dataDirectory: join(folder, "data"),
        databaseUrl: database.url,
        port: await freePort(),
        flags: [`--inspect=127.0.0.1:${inspector}`]
      }
      const server = await startServer(settings)
      try {
        return await drive(settings, inspector, minutes, perSecond)
      } finally {
        await killServer(server)
      }
    })
  }).pipe(Effect.scoped)
  const { asked, failures, looks } = await Effect.runPromise(program).finally(() =>
    rmSync(folder, { recursive: true, force: true })
  )
  const settled = looks.filter(({ minute }) => minute >= minutes * SETTLED_AFTER)
  const [first, last] = [settled[0]!.held, settled.at(-1)!.held]
  const failed = [...failures.values()].reduce((a, b) => a + b, 0)
  return {
    tables: [
      {
        title: `${minutes} minutes of mixed traffic, ${perSecond} requests a second, ${TRAVELERS} travelers`,
        columns: ["minute", "RSS, MiB", "heap, MiB", "outside the heap, MiB", "handles", "p99, ms"],
        rows: looks.map(({ held, minute, p99 }) => [
          minute.toFixed(1),
          held.rss / MIB,
          held.heap / MIB,
          held.external / MIB,
          held.handles,
          p99
        ])
      }
    ],
    bars: [
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
      },
      { name: "failures of ours", wanted: "none", measured: `${failed} of ${asked}`, met: failed === 0 }
    ],
    notes: [...failures].map(([what, count]) => `${what}: ${count}`)
  }
}

export const benchmark: Benchmark = {
  summary: "mixed traffic for many minutes: what the server holds afterwards",
  options: [`--minutes <n>  how long (default ${MINUTES})`, `--rate <n>     requests a second (default ${PER_SECOND})`],
  run
}
