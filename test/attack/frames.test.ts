/**
 * Frames made from the grammar of our own stream, whole ones and spoiled ones: each is answered under its id, a fault of
 * the sender is called one, the socket stays open or says why not, and the trip goes on.
 *
 * ATTACK_FRAMES says how many (3,000), ATTACK_SEED which (1, or `random`); a failing run prints its seed.
 */
import { randomInt } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { openWorld, type World } from "../e2e/world.ts"
import { type Followed, follow } from "../support/follow.ts"
import { fc } from "../support/properties.ts"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { HOSTILE_NUMBERS, HOSTILE_TEXTS } from "./contract.ts"

const COUNT = Number(process.env["ATTACK_FRAMES"] ?? 3_000)
/** The same ones each time, unless others are asked for: what lands must not hang on the luck of a draw. */
const SEED = process.env["ATTACK_SEED"] === "random" ? randomInt(2 ** 31) : Number(process.env["ATTACK_SEED"] ?? 1)

/** Sent before their answers are looked at; a socket holds some frames back, not thousands. */
const BATCH = 50

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE_TEXTS),
  fc.constantFrom<unknown>(...HOSTILE_NUMBERS),
  fc.constantFrom<unknown>(null, true, [], {}, [[]]),
  fc.jsonValue({ maxDepth: 3 })
)

const mostly = (usual: fc.Arbitrary<unknown>, weight = 12): fc.Arbitrary<unknown> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: hostile })

describe("frames made from the grammar", () => {
  let world: World
  let ann: Traveler
  let trip: Json
  const pivots: Array<readonly [pivot: string, option: string]> = []

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    trip = (await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(1), days: 2 })).body
    for (const status of ["confirmed", "active"]) {
      assert.strictEqual((await ann.call("PATCH", `/trips/${trip.id}`, { status })).status, 200)
    }
  })
  afterAll(() => world?.close())

  const frames = (): fc.Arbitrary<Record<string, unknown>> => {
    const slots = trip.days.flatMap((day: Json) => day.slots.map((slot: Json) => slot.id))
    const nodes = trip.days.flatMap((day: Json) => day.slots.map((slot: Json) => slot.node.id))
    const districts = trip.days.flatMap((day: Json) => day.slots.map((slot: Json) => slot.node.neighbourhood))
    const offered = pivots.length === 0 ? [[trip.id, trip.id] as const] : pivots.slice(-5)
    const words = (...of: ReadonlyArray<unknown>) => mostly(fc.constantFrom(...of))
    const moment = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const saidAt = words(moment(-0.01), moment(-30), moment(2))
    const detail = fc.record(
      {
        mood: words("hungry", "tired", "a quiet garden"),
        condition: words("rain", "storm"),
        delay_minutes: mostly(fc.integer({ min: 1, max: 240 })),
        line: words("1", "E Line"),
        from: words(moment(-1), moment(0), moment(1)),
        until: words(moment(0), moment(2), moment(30)),
        district: words(...districts, "Nowhere"),
        tags: mostly(fc.uniqueArray(fc.constantFrom("outdoors", "nature", "lively", "no such tag"), { maxLength: 3 }))
      },
      { requiredKeys: [] }
    )
    const pivot = fc.record(
      {
        type: fc.constant("pivot"),
        trigger: words("venue_closed", "weather", "mood", "transit"),
        slot_id: words(...slots),
        detail: mostly(detail)
      },
      { requiredKeys: ["type", "trigger"] }
    )
    const respond = fc
      .tuple(fc.constantFrom(...offered), words("dismiss", "accept"), words("weather", "fatigue"))
      .chain(([[pivot_id, option_id], response, reason]) =>
        fc.record(
          {
            type: fc.constant("respond"),
            pivot_id: mostly(fc.constant(pivot_id)),
            option_id: mostly(fc.constant(option_id)),
            response: fc.constant(response),
            reason: fc.constant(reason),
            said_at: saidAt
          },
          { requiredKeys: ["type", "pivot_id", "response"] }
        )
      )
    const signal = fc.record(
      {
        type: fc.constant("signal"),
        signal_type: words("slot_view", "slot_accept", "thumbs_up"),
        slot_id: words(...slots),
        activity_node_id: words(...nodes),
        occurred_at: words(new Date().toISOString()),
        context: mostly(fc.dictionary(fc.string({ maxLength: 10 }), fc.jsonValue({ maxDepth: 2 })))
      },
      { requiredKeys: ["type", "signal_type", "occurred_at"] }
    )
    const odd = fc.record({
      type: fc.oneof(fc.constantFrom<unknown>("ping", "auth", "hello", "offer"), hostile),
      token: hostile
    })
    return fc.oneof(pivot, respond, signal, odd) as fc.Arbitrary<Record<string, unknown>>
  }

  /** Text that is no frame at all, or half of one. */
  const scraps = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.json(),
    fc.constantFrom(
      "{",
      '{"type":',
      "[]",
      "null",
      '"ping"',
      `{"type":"ping","id":"${"x".repeat(129)}"}`,
      "[".repeat(5_000)
    )
  )

  const open = () => follow(world.server(), ann, trip.id)

  /** Sends a batch, and gives what was wrong with the answers. */
  const attack = async (
    socket: Followed,
    batch: ReadonlyArray<Record<string, unknown>>,
    noise: ReadonlyArray<string>,
    from: number
  ) => {
    const before = socket.heard.length
    for (const [i, frame] of batch.entries()) {
      socket.send({ ...frame, id: `${from + i}` })
      socket.send(noise[i]!)
    }
    socket.send({ type: "ping", id: `end ${from}` })
    await socket.first("the end of the batch", (frame) => frame.type === "pong" && frame.id === `end ${from}`)
    const own = (i: number) => socket.heard.slice(before).filter((frame) => frame.id === `${from + i}`)
    return until("an answer to every frame", () => {
      if (socket.closed() !== undefined) return [`closed: ${JSON.stringify(socket.closed())}`]
      const faults: Array<string> = []
      for (const [i, frame] of batch.entries()) {
        const answers = own(i)
        if (answers.length === 0) return undefined
        if (answers.length > 1) faults.push(`${JSON.stringify(frame)} was answered ${answers.length} times`)
        for (const answer of answers) {
          if (answer.type === "offer")
            for (const { option_id } of answer.options) pivots.push([answer.pivot_id, option_id])
          if (answer.type === "error" && answer.problem.status >= 500)
            faults.push(`${JSON.stringify(frame)}: ${JSON.stringify(answer)}`)
        }
      }
      return faults
    })
  }

  it(
    `are ${COUNT.toLocaleString("en-US")}, and none finds a fault (seed ${SEED})`,
    async () => {
      const socket = await open()
      for (let from = 0; from < COUNT; from += BATCH) {
        const seed = { seed: SEED + from, numRuns: Math.min(BATCH, COUNT - from) }
        const faults = await attack(socket, fc.sample(frames(), seed), fc.sample(scraps, seed), from)
        assert.deepStrictEqual(faults.slice(0, 5), [], `ATTACK_SEED=${SEED}, frames from ${from}`)
      }
      socket.close()
      assert.isAbove(pivots.length, 0, "some of them are taken up")
      await until("a journal that is drained", async () =>
        /(^|\D)0 records ahead of the database/.test(await (await fetch(`${world.server().url}/ready`)).text())
      )
      assert.deepStrictEqual(readdirSync(join(world.folder, "journal", "aside")), [], `ATTACK_SEED=${SEED}`)
      await world.restart("SIGKILL")
      const read = await until("the trip after a crash", async () => {
        const answer = await ann.call("GET", `/trips/${trip.id}`)
        return answer.status === 200 && answer.body
      })
      assert.strictEqual(read.id, trip.id)
      assert.notProperty(read, "lost")
    },
    60_000 + COUNT * 40
  )
})
