import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { UserId } from "../../../src/domain/ids.ts"
import { firstAhead } from "../../support/stream-server.ts"
import { eventually } from "../uws/harness.ts"
import { answerTo, closedWith, connect, database, frame, joined, newId, server, underWay } from "./harness.ts"

describe("the bounds of a stream", () => {
  layer(database, { excludeTestServices: true })((it) => {
    it.effect("answers garbage with an error and stays; a flood and a frame beyond all measure close it", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const gateway = yield* server({ STREAM_FRAMES_PER_SECOND: "20" })
        const trip = yield* underWay(gateway, [owner])
        const client = yield* joined(gateway, trip.id, owner)
        const garbage = [
          "",
          "{",
          "null",
          "[]",
          "7",
          '"text"',
          "{}",
          { type: "dance" },
          { type: "pivot" },
          { type: "pivot", id: 7, trigger: "mood" },
          { type: "pivot", id: "", trigger: "mood" },
          { type: "pivot", id: "x".repeat(129), trigger: "mood" },
          { type: "pivot", id: "g", trigger: "earthquake" },
          { type: "pivot", id: "g", trigger: "mood", slot_id: "../../etc" },
          { type: "pivot", id: "g", trigger: "transit", detail: { delay_minutes: 1e9 } },
          { type: "respond", id: "g", pivot_id: newId(), response: "accept" },
          { type: "respond", id: "g", response: "perhaps" },
          { type: "signal", id: "g", signal_type: "slot_view" },
          { type: "auth" },
          { type: "auth", id: "g", token: "nonsense" },
          { type: "pivot", id: "g", trigger: "venue_closed", slot_id: newId() }
        ]
        for (const one of garbage) client.send(one)
        client.socket.send(Buffer.from([0, 1, 2]))
        yield* eventually("an error for each", () => client.frames.length === garbage.length + 2)
        for (const one of client.frames.slice(1)) {
          assert.strictEqual(one.type, "error")
          assert.match(one.problem.type, /^urn:overplanned:problem:/)
          assert.isNotEmpty(one.problem.detail)
        }
        client.send({ type: "ping", id: "alive" })
        yield* answerTo(client, "alive")
        for (let i = 0; i < 200; i++) client.send({ type: "ping", id: `${i}` })
        assert.strictEqual((yield* closedWith(client)).code, 1008)
        for (const size of [40_000, 1_048_576]) {
          const large = yield* joined(gateway, trip.id, owner)
          large.send({ type: "ping", id: "x".repeat(size) })
          assert.strictEqual((yield* closedWith(large)).code, 1009)
        }
      })
    )

    it.effect("lets go of who leaves the trip, and of who reads too slowly", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const friend = newId<UserId>()
        const sleepy = newId<UserId>()
        const gateway = yield* server({ RATE_LIMIT: "off", STREAM_MAX_BUFFER: "64KiB" })
        const trip = yield* underWay(gateway, [owner, friend, sleepy])
        const mine = yield* joined(gateway, trip.id, owner)
        const theirs = yield* joined(gateway, trip.id, friend)
        yield* Effect.orDie(gateway.runtime.ask(trip.id, { _tag: "leave", by: owner, user_id: friend }))
        assert.strictEqual((yield* closedWith(theirs)).code, 4404)
        const left = yield* frame(mine, "the leaving", (one) => one.change === "left")
        assert.deepInclude(left, { type: "member_changed", seq: 2, user_id: friend, by: owner })
        assert.strictEqual(
          (yield* closedWith(yield* connect(gateway, trip.id, { token: yield* gateway.token(friend) }))).code,
          4404
        )

        const slow = yield* joined(gateway, trip.id, sleepy)
        slow.socket.pause()
        const slot = firstAhead(trip)
        yield* Effect.promise(async () => {
          const until = performance.now() + 120_000
          // Many frames with large answers, until what waits for the reader is more than kernel and server hold.
          const gone = () => mine.frames.some((one) => one.user_id === sleepy && one.online === false)
          for (let i = 0; !gone(); i++) {
            slow.send({ type: "pivot", id: `s${i}`, trigger: "venue_closed", slot_id: slot.id })
            if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
            if (performance.now() > until) break
          }
        })
        slow.socket.resume()
        assert.strictEqual((yield* closedWith(slow)).code, 4008)
        mine.send({ type: "ping", id: "unharmed" })
        yield* answerTo(mine, "unharmed")
      })
    )

    it.effect("spreads a stopping server's clients over a while", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const gateway = yield* server({ RATE_LIMIT: "off", STREAM_DRAIN_SPREAD: "1s", HTTP_DRAIN_TIMEOUT: "30s" })
        const trip = yield* underWay(gateway, [owner])
        const clients = yield* Effect.forEach(Array.from({ length: 250 }), () => joined(gateway, trip.id, owner), {
          concurrency: 20
        })
        yield* gateway.stop
        for (const client of clients) assert.strictEqual((yield* closedWith(client)).code, 1001)
        const waits = new Set(
          clients.map((client) => client.frames.find((one) => one.type === "drain")!.reconnect_in_ms)
        )
        assert.deepStrictEqual<unknown>(
          [...waits].sort((a, b) => a - b),
          [0, 100, 200]
        )
      })
    )
  })
})
