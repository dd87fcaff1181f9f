/**
 * Thousands of requests made from our own contract, hostile ones among them, against a running server: no failure of
 * ours, every answer as documented, nothing acknowledged that cannot be stored, and afterwards the memory is back.
 *
 * ATTACK_REQUESTS says how many (5,000), ATTACK_SEED which (1, or `random`); a failing run prints its seed.
 */
import { randomInt } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { EXAMPLE_DAY } from "../../src/http/contract/examples.ts"
import { openWorld, type World } from "../e2e/world.ts"
import { type Held, type Inside, lookInside } from "../harness/inside.ts"
import { fc } from "../support/properties.ts"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { foldDay, gapDay } from "./clock-changes.ts"
import { type Contract, contractOf, likeExample, misfit, type Operation, valuesOf } from "./contract.ts"
import { Outcomes } from "./outcomes.ts"

const COUNT = Number(process.env["ATTACK_REQUESTS"] ?? 5_000)
/** The same ones each time, unless others are asked for: what lands must not hang on the luck of a draw. */
const SEED = process.env["ATTACK_SEED"] === "random" ? randomInt(2 ** 31) : Number(process.env["ATTACK_SEED"] ?? 1)

/** Between two looks at the journal. */
const BATCH = 500
const AT_ONCE = 8

/** What the server may hold at the end beyond what it held after the first batch; see docs/reliability.md. */
const MOST_KEPT_MIB = 64
const MIB = 1024 * 1024
/** Longest that whoever is idle may take to leave. */
const PATIENCE_MS = 60_000

/** Generous: what has to be told apart is a journal that is slow and one that stands still. */
const DRAIN_MS = 180_000

/** What leaves the others nobody to ask for, or starts hours of work, is asked by those alone who are refused. */
const DEAR = new Set(["people.erase", "admin.seedTrainingData", "admin.train"])

interface Request {
  readonly operation: Operation
  readonly values: {
    readonly path: Record<string, unknown>
    readonly query: Record<string, unknown>
    readonly body: unknown
  }
  readonly who: number
  readonly ifMatch: string | undefined
  readonly key: string | undefined
}

const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value))

const pathOf = ({ operation, values }: Request): string => {
  // A path must be well formed to be sent at all: a lone surrogate is sent as what stands for it.
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) =>
    // Nor one that the client itself would take for a step up or none.
    encodeURIComponent(
      text(values.path[name])
        .toWellFormed()
        .replace(/^\.{0,2}$/, "-")
    )
  )
  const query = new URLSearchParams(Object.entries(values.query).map(([name, value]) => [name, text(value)]))
  return query.size === 0 ? path : `${path}?${query}`
}

describe("requests made from the contract", () => {
  let world: World
  let inside: Inside
  let sentAgain = 0
  let contract: Contract
  let people: ReadonlyArray<Traveler>
  const ids: Record<string, Array<unknown>> = {}

  const known = (name: string): ReadonlyArray<unknown> | undefined => ids[name]

  /** A trip under way, for requests to mistreat: what is known of the oldest ones is forgotten, they are over by then. */
  const plan = async (owner: Traveler, from: number) => {
    const made = await owner.call("POST", "/trips", { city: "seattle", start_date: dayAhead(from), days: 2 })
    assert.strictEqual(made.status, 201, JSON.stringify(made.body).slice(0, 300))
    for (const status of ["confirmed", "active"]) await owner.call("PATCH", `/trips/${made.body.id}`, { status })
    for (const name of ["slot_id", "node_id", "pivot_id", "option_id"]) ids[name]!.splice(0, ids[name]!.length - 40)
    // Over, they need no memory any more: what stays in the end does not hang on how many there were.
    for (const gone of ids["id"]!.splice(0, ids["id"]!.length - 3)) {
      await owner.call("PATCH", `/trips/${gone}`, { status: "cancelled" })
    }
    ids["id"]!.push(made.body.id)
    for (const day of made.body.days) {
      for (const slot of day.slots) {
        ids["slot_id"]!.push(slot.id)
        ids["node_id"]!.push(slot.node.id)
      }
    }
  }

  beforeAll(async () => {
    // Whoever is idle leaves soon, so that what stays is not what is merely not gone yet.
    world = await openWorld({
      RATE_LIMIT: "off",
      ACTOR_IDLE: "5s",
      SIGN_IN_GUESSES_PER_ADDRESS: "100000",
      SIGN_IN_GUESSES: "100000",
      NODE_OPTIONS: "--inspect=127.0.0.1:0"
    })
    inside = await lookInside(
      Number(/Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(world.server().output())![1])
    )
    contract = await contractOf(world.server().url)
    const [owner, member, stranger, operator] = [
      await world.someone(),
      await world.someone(),
      await world.someone(),
      await world.someone({ role: "admin" })
    ]
    people = [owner, member, stranger, operator]
    Object.assign(ids, {
      id: [],
      slot_id: [],
      node_id: [],
      pivot_id: [],
      option_id: [],
      code: [],
      city: ["seattle", "seattle", "seattle", "atlantis"],
      slug: ["seattle", "tokyo"],
      user_id: people.map(({ id }) => id),
      user_ids: people.map(({ id }) => id),
      party: [member.id],
      start_date: [dayAhead(0), dayAhead(3), gapDay(), foldDay(), dayAhead(-2)],
      end_date: [dayAhead(2), dayAhead(5), gapDay()],
      days: [1, 1, 2, 3, 21],
      day_start: ["09:00", "02:30", "23:59"],
      day_end: ["18:00", "00:00", "03:00"],
      from: [new Date().toISOString(), `${gapDay()}T02:30:00-08:00`],
      until: [new Date(Date.now() + 7_200_000).toISOString(), new Date(Date.now() - 1).toISOString()],
      limit: [1, 20, 200],
      kind: ["trip", "user", "city"]
    })
    await owner.call("PUT", "/users/me/companions", { user_ids: [member.id] })
    await member.call("PUT", "/users/me/companions", { user_ids: [owner.id] })
    for (const from of [0, 1, 4]) await plan(owner, from)
    ids["must"] = ids["node_id"]!
    ids["node_ids"] = ids["node_id"]!
  })
  afterAll(() => {
    inside?.close()
    return world?.close()
  })

  /** What somebody would send who goes by the examples: most of it is done, and what comes behind the door is tried. */
  const asShown = (operation: Operation): fc.Arbitrary<Request["values"]> => {
    const today = (example: unknown): unknown =>
      JSON.parse((JSON.stringify(example) ?? "null").replaceAll(EXAMPLE_DAY, dayAhead(2)))
    const among = (where: string) =>
      fc.record(
        Object.fromEntries(
          operation.parameters
            .filter((one) => one.in === where)
            .map(({ example, name, schema }) => [
              name,
              example === undefined ? valuesOf(contract, schema, known, name) : likeExample(today(example), known, name)
            ])
        )
      )
    const body =
      operation.example === undefined ? fc.constant(undefined) : likeExample(today(operation.example), known, "")
    return fc.record({ path: among("path"), query: among("query"), body }) as fc.Arbitrary<Request["values"]>
  }

  /** What somebody sends who has read the schemas, and little else. */
  const asAllowed = (operation: Operation): fc.Arbitrary<Request["values"]> => {
    const among = (where: string) =>
      fc.record(
        Object.fromEntries(
          operation.parameters
            .filter((one) => one.in === where)
            .map(({ name, schema }) => [name, valuesOf(contract, schema, known, name)])
        ),
        where === "query" ? { requiredKeys: [] } : {}
      )
    const body = operation.body === undefined ? fc.constant(undefined) : valuesOf(contract, operation.body, known, "")
    return fc.record({ path: among("path"), query: among("query"), body }) as fc.Arbitrary<Request["values"]>
  }

  const requests = (): fc.Arbitrary<Request> => {
    const of = (operation: Operation) => {
      // Mostly somebody whose business it is.
      const usual = operation.id.startsWith("admin.") ? people.length - 1 : 0
      return fc.record({
        operation: fc.constant(operation),
        values: fc.oneof(asShown(operation), asAllowed(operation)),
        who: fc.oneof(fc.constant(usual), fc.nat(people.length - 1)),
        ifMatch: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom('"1"', "*", 'W/"2"', "x")),
        key: fc.oneof(
          { weight: 9, arbitrary: fc.constant(undefined) },
          fc.constantFrom("one key", "another", "é", "k".repeat(300))
        )
      }) as fc.Arbitrary<Request>
    }
    return fc.oneof(...contract.operations.map(of))
  }

  const outcomes = new Outcomes()

  /** What happened, in a sentence, where it should not have. */
  const send = async (request: Request): Promise<string | undefined> => {
    const { operation, values } = request
    const who = DEAR.has(operation.id) ? people[2]! : people[request.who]!
    // Who is not let in must not get past the door of what is dear; erasing oneself has no door: it is left out.
    if (operation.id === "people.erase") return undefined
    const path = pathOf(request)
    const headers: Record<string, string> = {}
    if (request.ifMatch !== undefined) headers["if-match"] = request.ifMatch
    if (request.key !== undefined) headers["idempotency-key"] = encodeURIComponent(request.key)
    const body = values.body === undefined ? undefined : JSON.stringify(values.body)
    const call = () => who.call(operation.method, path, body, headers)
    // A connection may be closed for its silence at the moment it is used again, as clients of HTTP know; twice is a fault.
    const answer = await call().catch(() => {
      sentAgain++
      return call()
    })
    outcomes.add(operation.id, answer.status)
    const where = () => `${operation.method} ${path} ${body ?? ""}`.slice(0, 600)
    const said = () => `${answer.status} ${JSON.stringify(answer.body)}`.slice(0, 600)
    if (answer.status >= 500) return `${where()} failed: ${said()}`
    if (!operation.answers.has(answer.status)) return `${where()} answered what is not documented: ${said()}`
    const schema = operation.answers.get(answer.status)
    const wrong = schema === undefined ? undefined : misfit(contract, schema, answer.body)
    if (wrong !== undefined) return `${where()} answered in another form than documented: ${wrong}; ${said()}`
    if (operation.id === "trips.pivot" && answer.status === 200) {
      ids["pivot_id"]!.push(answer.body.pivot_id)
      for (const { option_id } of answer.body.options) ids["option_id"]!.push(option_id)
    }
    if (answer.status === 201 && typeof answer.body?.code === "string") {
      ids["code"]!.splice(0, ids["code"]!.length - 10)
      ids["code"]!.push(answer.body.code)
    }
    return undefined
  }

  let ready = ""
  const settled = () =>
    until(
      "a journal that is drained",
      async () => {
        ready = await (await fetch(`${world.server().url}/ready`)).text()
        return ready.match(/(\d+) records ahead of the database/)?.[1] === "0"
      },
      DRAIN_MS
    ).catch((cause: Error) => {
      throw new Error(
        `${cause.message}\nATTACK_SEED=${SEED}; /ready: ${ready}\nthe server said:\n${world.server().output().slice(-3_000)}`
      )
    })

  it(
    `are ${COUNT.toLocaleString("en-US")}, and none finds a fault (seed ${SEED})`,
    async () => {
      const began = performance.now()
      let first: Held | undefined
      for (let from = 0; from < COUNT; from += BATCH) {
        await plan(people[0]!, (from / BATCH) % 3)
        const batch = fc.sample(requests(), { seed: SEED + from, numRuns: Math.min(BATCH, COUNT - from) })
        const queue = batch.values()
        const faults: Array<string> = []
        const worker = async () => {
          for (const request of queue) {
            const fault = await send(request)
            if (fault !== undefined) faults.push(fault)
          }
        }
        await Promise.all(Array.from({ length: AT_ONCE }, worker))
        assert.deepStrictEqual(faults.slice(0, 5), [], `ATTACK_SEED=${SEED}, requests from ${from}`)
        await settled()
        assert.deepStrictEqual(readdirSync(join(world.folder, "journal", "aside")), [], `ATTACK_SEED=${SEED}`)
        first ??= await inside.held()
      }
      const took = (performance.now() - began) / 1_000
      const most = first!.heap + MOST_KEPT_MIB * MIB
      let after = await inside.held()
      for (const deadline = performance.now() + PATIENCE_MS; after.heap > most && performance.now() < deadline; ) {
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        after = await inside.held()
      }
      const told = ({ heap, rss }: Held) =>
        `heap ${(heap / MIB).toFixed(0)} MiB, resident ${(rss / MIB).toFixed(0)} MiB`
      const figures = `${told(first!)} after the first ${BATCH}, ${told(after)} at the end`
      const done = outcomes.check(contract.operations.map(({ id }) => id).filter((id) => id !== "people.erase"))
      console.log(
        `ATTACK_SEED=${SEED}: ${COUNT} requests in ${took.toFixed(0)} s, ${sentAgain} sent again; ${(100 * done).toFixed(0)} % of them done; ${figures}`
      )
      assert.isAtMost(after.heap, most, figures)
    },
    60_000 + COUNT * 60
  )

  it("leave a server that answers as before", async () => {
    const owner = people[0]!
    for (const id of ids["id"]!.slice(0, 3)) {
      const read = await owner.call("GET", `/trips/${id}`)
      // It may have been among what was asked that it is deleted.
      assert.include([200, 404], read.status, JSON.stringify(read.body).slice(0, 300))
    }
    const made = await owner.call("POST", "/trips", { city: "seattle", start_date: dayAhead(30), days: 2 })
    assert.strictEqual(made.status, 201, JSON.stringify(made.body).slice(0, 300))
    assert.strictEqual((await owner.call("GET", `/trips/${made.body.id}`)).status, 200)
    assert.strictEqual((await fetch(`${world.server().url}/ready`)).status, 200)
  })
})
