/**
 * The whole server as a process, mistreated at random together with all that it stands on: killed, stopped where it
 * stands, its database frozen, killed, stopped or cut off, its disk full, Redis away, Claude astray, every connection broken. Afterwards
 * everything that was acknowledged is there, once; no stream had a gap that it was not told of; and no pivot of a trip in
 * memory went unanswered by a server that ran.
 *
 * CHAOS_SECONDS says for how long (60; each fault has its turn at least once), CHAOS_SEED which faults in which order (1, or `random`),
 * CHAOS_FAULT the only one by its name; a failing run prints its seed and what the server said last. Faults that this machine does not allow are named and left out.
 */
import { randomInt } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { seededRandom } from "../../src/domain/basics/random.ts"
import { layer } from "../../src/layers/postgres/client.ts"
import { dayAhead, type Traveler, traveler, until } from "../support/server.ts"
import { type Condition, faultsOf, inTurns } from "./faults.ts"
import { makeSurroundings, type Surroundings } from "./surroundings.ts"
import {
  asksForPivots,
  changesItsPlan,
  followsItsTrip,
  type Promised,
  plansTrips,
  sendsSignals,
  type World
} from "./travelers.ts"

const SECONDS = Number(process.env["CHAOS_SECONDS"] ?? 60)
/** The same ones each time, unless others are asked for: what lands must not hang on the luck of a draw. */
const SEED = process.env["CHAOS_SEED"] === "random" ? randomInt(2 ** 31) : Number(process.env["CHAOS_SEED"] ?? 1)

/** Between two faults. */
const CALM_MS = 1_000

const TRAVELERS = 3

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

const rest = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

describe.skipIf(process.platform !== "linux")("a server that is mistreated", () => {
  const random = seededRandom(SEED)
  const now: Condition = { healthy: true, complete: true }
  let around: Surroundings
  let travelers: ReadonlyArray<{ readonly who: Traveler; readonly trip: Json }>

  beforeAll(async () => {
    around = await makeSurroundings()
    travelers = await Promise.all(
      Array.from({ length: TRAVELERS }, async () => {
        const who = await traveler(around.server)
        const made = await who.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 2 })
        assert.strictEqual(made.status, 201, JSON.stringify(made.body).slice(0, 300))
        for (const status of ["confirmed", "active"]) await who.call("PATCH", `/trips/${made.body.id}`, { status })
        return { who, trip: made.body }
      })
    )
  })
  afterAll(() => around?.close())

  /** Answers again, and has its trips in memory. */
  const looksAfterTrips = async () => {
    await until("every trip after a start", async () => {
      for (const { trip, who } of travelers) {
        const read = await who.call("GET", `/trips/${trip.id}`).catch(() => undefined)
        if (read?.status !== 200) return false
      }
      return fetch(`${around.server().url}/ready`).then(
        ({ ok }) => ok,
        () => false
      )
    }).catch((cause: unknown) => {
      throw new Error(`${String(cause)}. The server's last words:\n${around.server().output().slice(-4_000)}`)
    })
  }

  /** What the database says in the end. */
  const stored = async () => {
    const client = ManagedRuntime.make(layer(Redacted.make(around.database.url), { maxConnections: 1 }))
    const rows = (query: (sql: SqlClient) => Effect.Effect<ReadonlyArray<Json>, unknown>) =>
      client.runPromise(Effect.flatMap(SqlClient, query))
    const events = await rows(
      (sql) => sql`select trip_id, seq, idempotency_key as key from trip_events order by trip_id, seq`
    )
    const signals = await rows((sql) => sql`select id from behavioral_signals where signal_type = 'slot_view'`)
    await client.dispose()
    return { events, signals }
  }

  const mistreat = async (): Promise<string> => {
    const only = process.env["CHAOS_FAULT"]
    const faults = faultsOf(around, now, random, looksAfterTrips).filter(({ name }) =>
      only === undefined ? true : name === only
    )
    if (faults.length === 0) throw new Error(`This machine allows no fault that is called "${only}".`)
    const counts = new Map(faults.map(({ name }) => [name, 0]))
    const turns = inTurns(faults, random)
    const end = performance.now() + SECONDS * 1_000
    while (performance.now() < end || [...counts.values()].includes(0)) {
      await rest(CALM_MS)
      const { name, run } = turns.next().value
      counts.set(name, counts.get(name)! + 1)
      await run()
    }
    await rest(CALM_MS)
    return [...counts].map(([name, n]) => `${name} ${n}`).join(", ")
  }

  it(
    `keeps its promises for ${SECONDS} s (seed ${SEED})`,
    async () => {
      const promised: Promised = {
        writes: new Map(),
        signals: new Set(),
        pivots: 0,
        unanswered: [],
        plans: 0,
        unplanned: [],
        broken: []
      }
      let over = false
      const world: World = {
        url: () => `http://127.0.0.1:${around.toServer.port}`,
        direct: () => around.server().url,
        over: () => over,
        now
      }
      const planner = await traveler(around.server)
      const doing = [
        plansTrips(world, promised, planner),
        ...travelers.flatMap(({ who, trip }) => [
          changesItsPlan(world, promised, who, trip),
          asksForPivots(world, promised, who, trip),
          sendsSignals(world, promised, who, trip),
          followsItsTrip(world, promised, who, trip)
        ])
      ]
      const what = `CHAOS_SEED=${SEED}: ${await mistreat()}`
      over = true
      await Promise.all(doing)
      const amounts = `${promised.pivots} pivots, ${promised.writes.size} writes, ${promised.signals.size} signals, ${promised.plans} plans`
      console.log(`${what}; ${amounts}`)
      if (around.redis === undefined) console.log("Left out: Redis away (there is no redis-server here)")
      if (around.disk === undefined) console.log("Left out: a full disk (only root may mount a small one)")

      assert.deepStrictEqual(promised.broken.slice(0, 5), [], what)
      assert.deepStrictEqual(promised.unanswered.slice(0, 5), [], what)
      assert.deepStrictEqual(promised.unplanned.slice(0, 5), [], what)
      for (const done of [promised.pivots, promised.writes.size, promised.signals.size, promised.plans]) {
        assert.isAbove(done, 0, `${what}; ${amounts}`)
      }
      await until("a journal that is drained", async () =>
        /(^|\D)0 records ahead of the database/.test(await (await fetch(`${world.direct()}/ready`)).text())
      )
      assert.deepStrictEqual(readdirSync(join(around.folder, "journal", "aside")), [], what)
      const { events, signals } = await stored()
      for (const { trip } of travelers) {
        const numbers = events.filter((one) => one.trip_id === trip.id).map((one) => Number(one.seq))
        assert.deepStrictEqual(
          numbers,
          numbers.map((_, i) => i + 1),
          `${what}: the events of ${trip.id} have no gap`
        )
      }
      const kept = Map.groupBy(events, (one) => one.key as string)
      const wrong = [...promised.writes].filter(([key, { trip, version }]) => {
        const found = kept.get(key)
        return found?.length !== 1 || found[0].trip_id !== trip || Number(found[0].seq) > version
      })
      assert.deepStrictEqual(wrong.slice(0, 5), [], `${what}: ${wrong.length} of ${promised.writes.size} writes`)
      const ids = new Set(signals.map((one) => one.id as string))
      assert.strictEqual(ids.size, signals.length)
      const lost = [...promised.signals].filter((id) => !ids.has(id))
      assert.deepStrictEqual(lost.slice(0, 5), [], `${what}: ${lost.length} of ${promised.signals.size} signals`)
    },
    180_000 + SECONDS * 3_000
  )
})
