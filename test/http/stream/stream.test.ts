import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { WebSocket } from "ws"
import type { TripId, UserId } from "../../../src/domain/ids.ts"
import { firstAhead } from "../../support/stream-server.ts"
import { eventually } from "../uws/harness.ts"
import {
  answerTo,
  closedWith,
  connect,
  database,
  type Frame,
  frame,
  joined,
  newId,
  scratch,
  server,
  start,
  switchable,
  underWay
} from "./harness.ts"

const isOffer = (one: Frame) => one.type === "offer"
const seqs = (frames: ReadonlyArray<Frame>) =>
  frames.filter((one) => "seq" in one && one.type !== "hello").map((one) => one.seq)

describe("a trip's stream", () => {
  layer(database, { excludeTestServices: true })((it) => {
    it.effect("greets, answers a pivot, takes the answer, and tells everybody what changed", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const friend = newId<UserId>()
        const gateway = yield* server()
        const trip = yield* underWay(gateway, [owner, friend])
        const mine = yield* joined(gateway, trip.id, owner)
        assert.deepInclude(mine.frames[0], {
          type: "hello",
          epoch: trip.epoch,
          seq: 1,
          recovered: false,
          open_offers: []
        })
        assert.strictEqual(mine.frames[0]!.trip.id, trip.id)
        assert.isString(mine.frames[0]!.trip.days[0]!.slots[0]!.node.name)
        const theirs = yield* joined(gateway, trip.id, friend)
        assert.deepStrictEqual<unknown>(yield* frame(mine, "presence", (one) => one.type === "member_changed"), {
          type: "member_changed",
          user_id: friend,
          online: true
        })
        assert.sameMembers([...(theirs.frames[0]!.online as ReadonlyArray<string>)], [owner, friend])

        const slot = firstAhead(trip)
        mine.send({ type: "pivot", id: "p1", trigger: "venue_closed", slot_id: slot.id })
        const offer = yield* answerTo(mine, "p1")
        assert.strictEqual(offer.type, "offer")
        assert.isNotEmpty(offer.options)
        mine.send({ type: "pivot", id: "p1", trigger: "venue_closed", slot_id: slot.id })
        yield* eventually("the same offer again", () => mine.frames.filter(isOffer).length === 2)
        assert.deepStrictEqual<unknown>(mine.frames.filter(isOffer)[1], offer)

        const accept = {
          type: "respond",
          pivot_id: offer.pivot_id,
          response: "accept",
          option_id: offer.options[0]!.option_id
        }
        mine.send({ ...accept, id: "r1" })
        assert.deepStrictEqual<unknown>(yield* answerTo(mine, "r1"), { type: "ack", id: "r1", state_version: 2 })
        for (const client of [mine, theirs]) {
          const changed = yield* frame(client, "the change", (one) => one.type === "slot_changed")
          assert.deepInclude(changed, { seq: 2, cause: "pivot", by: owner, pivot_id: offer.pivot_id })
          assert.strictEqual(changed.slot.node.id, offer.options[0]!.changes[0]!.node!.id)
        }
        // Said again, it is acknowledged again and changes nothing.
        mine.send({ ...accept, id: "r1" })
        yield* eventually("a second ack", () => mine.frames.filter((one) => one.id === "r1").length === 2)
        theirs.send({ ...accept, id: "r2", option_id: offer.options.at(-1)!.option_id })
        const late = yield* answerTo(theirs, "r2")
        assert.strictEqual(late.type, "error")
        assert.strictEqual(late.problem.type, "urn:overplanned:problem:pivot-expired")
        assert.match(late.problem.detail, /accepted already/)
        assert.deepStrictEqual<unknown>(seqs(mine.frames), [2])
        theirs.socket.close()
        const gone = yield* frame(mine, "leaving", (one) => one.online === false)
        assert.strictEqual(gone.user_id, friend)
      })
    )

    it.effect("gives the same reasons for a stop, whoever of its members is in memory", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const gateway = yield* server()
        yield* gateway.personas.onboard(owner, { tags: {}, interests: ["coffee", "quiet", "books"] })
        const trip = yield* underWay(gateway, [owner])
        const reasons = ({ trip: { days } }: Frame) => days.flatMap(({ slots }) => slots.map(({ why }) => why))
        const resident = yield* joined(gateway, trip.id, owner)
        yield* gateway.personas.forget(owner)
        const woken = yield* joined(gateway, trip.id, owner)
        assert.deepStrictEqual(reasons(woken.frames[0]!), reasons(resident.frames[0]!))

        yield* gateway.personas.forget(owner)
        const { id } = firstAhead(trip)
        yield* gateway.runtime.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: id, locked: true })
        const { slot } = yield* frame(resident, "the lock", (one) => one.type === "slot_changed")
        const shown = resident.frames[0]!.trip.days.flatMap(({ slots }) => slots).find((one) => one.id === id)!
        assert.deepStrictEqual(slot.why, shown.why)
      })
    )

    it.effect("lets one of two members win who accept different options in the same moment", () =>
      Effect.gen(function* () {
        const people = [newId<UserId>(), newId<UserId>()]
        const gateway = yield* server()
        const trip = yield* underWay(gateway, people)
        const [a, b] = [yield* joined(gateway, trip.id, people[0]!), yield* joined(gateway, trip.id, people[1]!)]
        a.send({ type: "pivot", id: "p", trigger: "mood", slot_id: firstAhead(trip).id, detail: { mood: "cozy" } })
        const offer = yield* answerTo(a, "p")
        assert.isAtLeast(offer.options.length, 2)
        const answer = (n: number) => ({
          type: "respond",
          id: `r${n}`,
          pivot_id: offer.pivot_id,
          response: "accept",
          option_id: offer.options[n]!.option_id
        })
        a.send(answer(0))
        b.send(answer(1))
        const outcomes = [yield* answerTo(a, "r0"), yield* answerTo(b, "r1")]
        assert.sameMembers(
          outcomes.map((one) => one.type),
          ["ack", "error"]
        )
        yield* frame(b, "the change", (one) => one.seq === 2)
        assert.deepStrictEqual<unknown>([seqs(a.frames), seqs(b.frames)], [[2], [2]])
      })
    )

    it.effect(
      "opens for a token in the header or in a subprotocol, and closes with a code that browsers can read",
      () =>
        Effect.gen(function* () {
          const owner = newId<UserId>()
          const gateway = yield* server()
          const trip = yield* underWay(gateway, [owner])
          const token = yield* gateway.token(owner)
          const browser = yield* connect(gateway, trip.id, { protocols: ["overplanned.v1", `bearer.${token}`] })
          yield* frame(browser, "hello", (one) => one.type === "hello")
          assert.strictEqual(browser.socket.protocol, "overplanned.v1")
          const cases = [
            [{}, trip.id, 4401],
            [{ token: "nonsense" }, trip.id, 4401],
            [{ protocols: ["overplanned.v1", "bearer.nonsense"] }, trip.id, 4401],
            [{ query: `?token=${token}` }, trip.id, 4401],
            [{ token, query: "?since=soon" }, trip.id, 1008],
            [{ token, query: "?since=-1" }, trip.id, 1008],
            [{ token, query: "?since=1&epoch=yesterday" }, trip.id, 1008],
            [{ token: yield* gateway.token(newId<UserId>()) }, trip.id, 4404],
            [{ token }, newId<TripId>(), 4404],
            [{ token }, "not-an-id", 4404]
          ] as const
          for (const [how, id, code] of cases) {
            const refused = yield* connect(gateway, id, how)
            assert.strictEqual((yield* closedWith(refused)).code, code, JSON.stringify(how))
            assert.isEmpty(refused.frames)
          }
        })
    )

    it.effect("says what is missing to who offers a token alone, and never gives the token back", () =>
      Effect.gen(function* () {
        const gateway = yield* server()
        const token = yield* gateway.token(newId<UserId>())
        const answer = yield* Effect.promise(
          () =>
            new Promise<{ status: number | undefined; head: string; body: string }>((resolve, reject) => {
              const address = `ws://127.0.0.1:${gateway.port}/ws/trips/${newId<TripId>()}/pivot-stream`
              const socket = new WebSocket(address, [`bearer.${token}`])
              socket.on("error", reject)
              socket.on("unexpected-response", (_, response) => {
                let body = ""
                response.on("data", (chunk) => (body += String(chunk)))
                response.on("end", () =>
                  resolve({ status: response.statusCode, head: JSON.stringify(response.rawHeaders), body })
                )
              })
            })
        )
        assert.strictEqual(answer.status, 400)
        assert.match(JSON.parse(answer.body).detail, /Offer the subprotocol overplanned\.v1 beside what you offer/)
        assert.notInclude(answer.head + answer.body, token)
      })
    )

    it.effect("ends when the token does, unless it was renewed", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const gateway = yield* server()
        const trip = yield* underWay(gateway, [owner])
        const [short, renewed] = [
          yield* connect(gateway, trip.id, { token: yield* gateway.token(owner, 8_000) }),
          yield* connect(gateway, trip.id, { token: yield* gateway.token(owner, 8_000) })
        ]
        renewed.send({ type: "auth", id: "a0", token: yield* gateway.token(newId<UserId>()) })
        assert.strictEqual((yield* answerTo(renewed, "a0")).problem.status, 401)
        renewed.send({ type: "auth", id: "a1", token: yield* gateway.token(owner) })
        assert.strictEqual((yield* answerTo(renewed, "a1")).type, "ack")
        assert.strictEqual((yield* closedWith(short)).code, 4401)
        renewed.send({ type: "ping", id: "still there" })
        assert.deepStrictEqual<unknown>(yield* answerTo(renewed, "still there"), { type: "pong", id: "still there" })
      })
    )

    it.effect("gives what was missed in order, across a restart of the server, or says that it cannot", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const folder = yield* scratch
        const first = yield* start({ folder })
        const trip = yield* underWay(first, [owner])
        // What is over cannot be locked, and at night most of the first day is.
        const locks = trip.slots.filter((one) => one.starts_at > Date.now()).slice(0, 4)
        for (const { id } of locks) {
          yield* Effect.orDie(first.runtime.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: id, locked: true }))
        }
        const watching = yield* joined(first, trip.id, owner, `?epoch=${trip.epoch}&since=5`)
        assert.deepInclude(watching.frames[0], { recovered: true, seq: 5 })
        assert.notProperty(watching.frames[0], "trip")
        yield* first.stop
        const drained = yield* frame(watching, "drain", (one) => one.type === "drain")
        assert.isNumber(drained.reconnect_in_ms)
        assert.strictEqual((yield* closedWith(watching)).code, 1001)

        const second = yield* start({ folder })
        const back = yield* joined(second, trip.id, owner, `?epoch=${trip.epoch}&since=2`)
        yield* eventually("what was missed", () => back.frames.length === 4)
        assert.deepInclude(back.frames[0], { type: "hello", recovered: true, seq: 5, epoch: trip.epoch })
        assert.deepStrictEqual<unknown>(seqs(back.frames), [3, 4, 5])
        assert.deepStrictEqual<unknown>(
          back.frames.slice(1).map((one) => one.slot.id),
          locks.slice(1).map((one) => one.id)
        )
        yield* Effect.orDie(
          second.runtime.ask(trip.id, { _tag: "lock_slot", by: owner, slot_id: locks[0]!.id, locked: false })
        )
        yield* eventually("the next one", () => back.frames.length === 5)
        assert.deepStrictEqual<unknown>(seqs(back.frames), [3, 4, 5, 6])
        for (const query of [`?epoch=${trip.epoch}&since=99`, `?epoch=${newId<string>()}&since=5`, "?since=5"]) {
          const whole = yield* joined(second, trip.id, owner, query)
          assert.deepInclude(whole.frames[0], { recovered: false, seq: 6 })
          assert.strictEqual(whole.frames[0]!.trip.state_version, 6)
        }
      })
    )

    it.effect("takes signals once, and says what is wrong with others", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const gateway = yield* server()
        const trip = yield* underWay(gateway, [owner])
        const client = yield* joined(gateway, trip.id, owner)
        const id = newId<string>()
        const signal = {
          type: "signal",
          id,
          signal_type: "slot_view",
          slot_id: trip.slots[0]!.id,
          occurred_at: new Date().toISOString()
        }
        client.send(signal)
        client.send(signal)
        yield* eventually("two acks", () => client.frames.filter((one) => one.id === id).length === 2)
        assert.deepStrictEqual<unknown>(
          client.frames.filter((one) => one.id === id),
          [
            { type: "ack", id },
            { type: "ack", id }
          ]
        )
        client.send({ ...signal, signal_type: "slot_accept" })
        const refused = yield* frame(client, "the refusal", (one) => one.type === "error")
        assert.match(refused.problem.detail, /other content/)
      })
    )

    it.effect("answers every pivot while the database refuses every statement", () =>
      Effect.gen(function* () {
        const owner = newId<UserId>()
        const { client, outage } = yield* switchable
        const gateway = yield* start({ folder: yield* scratch }, client)
        const trip = yield* underWay(gateway, [owner])
        const mine = yield* joined(gateway, trip.id, owner)
        yield* gateway.journal.drained
        outage.on = true
        const ahead = trip.slots.filter((one) => one.starts_at > Date.now())
        const pivots = [
          { trigger: "venue_closed", slot_id: ahead[0]!.id },
          { trigger: "weather", detail: { condition: "rain" } },
          { trigger: "mood", slot_id: ahead[1]!.id, detail: { mood: "cozy" } },
          { trigger: "mood", slot_id: ahead[1]!.id, detail: { tags: ["live_music", "specialty_coffee"] } },
          { trigger: "transit", detail: { delay_minutes: 45 } },
          { trigger: "venue_closed", slot_id: ahead.at(-1)!.id }
        ]
        for (const [n, pivot] of pivots.entries()) mine.send({ type: "pivot", id: `p${n}`, ...pivot })
        for (const n of pivots.keys()) {
          const offer = yield* answerTo(mine, `p${n}`)
          assert.strictEqual(offer.type, "offer", JSON.stringify(offer))
          assert.isTrue(offer.options.length > 0 || offer.reasons.length > 0)
        }
        const offer = yield* answerTo(mine, "p0")
        const option = offer.options[0]!
        mine.send({
          type: "respond",
          id: "r",
          pivot_id: offer.pivot_id,
          response: "accept",
          option_id: option.option_id
        })
        assert.strictEqual((yield* answerTo(mine, "r")).type, "ack")
        const closed = {
          kind: "closure",
          id: newId<string>(),
          from: Date.now() - 1,
          until: Date.now() + 7 * 86_400_000,
          node_id: ahead[1]!.node_id
        } as const
        yield* Effect.orDie(gateway.runtime.announce(trip.city_id, closed))
        const pushed = yield* frame(mine, "a pushed offer", (one) => one.type === "offer" && one.id === undefined)
        assert.isTrue(pushed.options.length > 0 || pushed.reasons.length > 0)
        const [hello] = (yield* joined(gateway, trip.id, owner)).frames
        const shown = hello!.trip.days.flatMap((day) => day.slots).find((slot) => slot.id === ahead[1]!.id)
        assert.strictEqual(
          shown?.node.id === ahead[1]!.node_id && shown.open,
          "closed",
          "a plan shows what was reported"
        )
        assert.isAbove(outage.refused, 0)
        outage.on = false
        yield* gateway.journal.drained
      })
    )
  })
})
