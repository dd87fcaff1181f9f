/** Everything that a server may lean on is taken away by force; a trip that is under way goes on answering. */
import type { AddressInfo } from "node:net"
import { connect, createServer, type Socket, type Server as TcpServer } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { fakeQdrant } from "../fakes/qdrant.ts"
import { offeredFor } from "../support/offers.ts"
import { dayAhead, type Traveler, until } from "../support/server.ts"
import { freshDatabase, openWorld, type World } from "./world.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

/**
 * Passes bytes on to a service, or, with none behind it, takes connections and drops them; once it hangs, it keeps them and
 * never says a word. It counts who comes in vain.
 */
const gate = async (behind?: { readonly host: string; readonly port: number }) => {
  const sockets = new Set<Socket>()
  let open = behind !== undefined
  let mute = false
  let refused = 0
  const server: TcpServer = createServer((socket) => {
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy()))
    if (!open || behind === undefined) {
      refused++
      if (!mute) socket.destroy()
      return
    }
    const onward = connect(behind.port, behind.host)
    sockets.add(onward.on("close", () => socket.destroy()).on("error", () => socket.destroy()))
    socket.on("close", () => onward.destroy())
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const cut = () => {
    open = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    refused: () => refused,
    cut,
    hang: () => {
      mute = true
      cut()
    },
    restore: () => {
      open = behind !== undefined
    },
    close: () => {
      cut()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
}

type Gate = Awaited<ReturnType<typeof gate>>

/** A stream as a browser opens it. */
const stream = async (world: World, traveler: Traveler, trip: string) => {
  const url = `${world.server().url.replace(/^http/, "ws")}/ws/trips/${trip}/pivot-stream`
  const socket = new WebSocket(url, ["overplanned.v1", `bearer.${traveler.token}`])
  const heard: Array<Json> = []
  socket.addEventListener("message", ({ data }) => void heard.push(JSON.parse(String(data))))
  const first = (what: string, fits: (frame: Json) => boolean): Promise<Json> =>
    until(what, async () => heard.find(fits))
  await first("hello", (frame) => frame.type === "hello")
  const ask = (frame: object): Promise<Json> => {
    const id = crypto.randomUUID()
    socket.send(JSON.stringify({ id, ...frame }))
    return first("an answer", (one) => one.id === id)
  }
  return { ask, close: () => socket.close() }
}

describe("with no database, cache, vector index or model", () => {
  let world: World
  let sql: Gate
  let qdrant: Gate
  let others: ReadonlyArray<Gate>
  const services = Effect.runSync(Scope.make())
  let drop: () => Promise<unknown>

  beforeAll(async () => {
    const database = await freshDatabase()
    drop = database.drop
    const url = new URL(database.url)
    sql = await gate({ host: url.hostname, port: Number(url.port === "" ? 5432 : url.port) })
    // Its first start fills the index with the first city, so this one goes away later.
    const index = new URL((await Effect.runPromise(Scope.provide(fakeQdrant, services))).url)
    qdrant = await gate({ host: index.hostname, port: Number(index.port) })
    others = [await gate(), await gate(), await gate()]
    url.hostname = "127.0.0.1"
    url.port = `${sql.port}`
    const [redis, llm, places] = others
    world = await openWorld(
      {
        RATE_LIMIT: "off",
        VECTOR_INDEX: "qdrant",
        QDRANT_URL: `http://127.0.0.1:${qdrant.port}`,
        REDIS_URL: `redis://127.0.0.1:${redis!.port}`,
        ANTHROPIC_API_KEY: "a key that nobody takes",
        ANTHROPIC_BASE_URL: `http://127.0.0.1:${llm!.port}`,
        GOOGLE_PLACES_API_KEY: "nor this one",
        GOOGLE_PLACES_BASE_URL: `http://127.0.0.1:${places!.port}`
      },
      { url: url.toString() }
    )
  })

  afterAll(async () => {
    sql?.restore()
    await world?.close()
    await Promise.all([sql, qdrant, ...(others ?? [])].map((one) => one?.close()))
    await Effect.runPromise(Scope.close(services, Exit.void))
    await drop?.()
  })

  it("answers every pivot of a trip in memory, over the socket and over HTTP, and takes its acceptance", async () => {
    const ann = await world.someone()
    // A server that is down is noticed at once; one that hangs can hold up everybody who asks it.
    qdrant.hang()
    const made = await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(0), days: 3 })
    assert.strictEqual(made.status, 201, JSON.stringify(made.body))
    const trip: Json = made.body
    if (trip.status !== "active") await ann.call("PATCH", `/trips/${trip.id}`, { status: "active" })
    assert.isAbove(qdrant.refused(), 0, "making the trip asked the vector index, and went on without it")
    const socket = await stream(world, ann, trip.id)
    sql.cut()
    // Whatever the hour: those of today may be over, or too near for another place.
    const ahead: ReadonlyArray<Json> = trip.days.slice(1).flatMap((day: Json) => day.slots)
    const pivots = [
      { trigger: "venue_closed", slot_id: ahead[0].id },
      { trigger: "weather", detail: { condition: "rain" } },
      { trigger: "weather", slot_id: ahead[1].id },
      { trigger: "mood", slot_id: ahead[1].id, detail: { mood: "cozy" } },
      { trigger: "mood", slot_id: ahead[1].id, detail: { tags: ["live_music", "specialty_coffee"] } },
      { trigger: "transit", slot_id: ahead[1].id, detail: { delay_minutes: 45 } }
    ]
    for (const pivot of pivots) {
      const offer = await socket.ask({ type: "pivot", ...pivot })
      assert.strictEqual(offer.type, "offer", JSON.stringify(offer))
      assert.isTrue(offer.options.length > 0 || offer.reasons.length > 0, "options, or why there are none")
      const answer = await ann.call("POST", `/trips/${trip.id}/pivot`, pivot)
      assert.strictEqual(answer.status, 200, JSON.stringify(answer.body))
      const body = answer.body as Json
      assert.isTrue(body.options.length > 0 || body.reasons.length > 0)
    }
    const { stop } = await offeredFor(ann, trip.id, ahead)
    const offer = await socket.ask({ type: "pivot", trigger: "venue_closed", slot_id: stop.id })
    const [option] = offer.options
    const taken = { pivot_id: offer.pivot_id, response: "accept", option_id: option.option_id }
    assert.strictEqual((await socket.ask({ type: "respond", ...taken })).type, "ack")
    socket.close()
    assert.isAbove(sql.refused(), 0, "the database was away, and was asked for by others than pivots")
  })
})
