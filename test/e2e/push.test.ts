/** Being told while the app is closed: over a push service that decrypts what it is given and checks who sent it. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type PushService, pushDevice, senderOf, startPushService } from "../fakes/push-service.ts"
import { follow } from "../support/follow.ts"
import { dayAhead, type Json, ok, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

describe("notifications", () => {
  let service: PushService
  let world: World
  let operator: Traveler
  let ann: Traveler
  let bob: Traveler
  let trip: Json
  let stops: Array<Json>

  const subscribe = async (who: Traveler, device: ReturnType<typeof pushDevice>, more: object = {}) =>
    ok(await who.call("PUT", "/users/me/push-subscriptions", { ...device.subscription, ...more }))
  const answer = (body: object) =>
    fetch(`${world.server().url}/api/v1/push/answers`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
  const close = async (stop: Json) => {
    const window = { from: new Date(Date.now() - 60_000).toISOString(), until: stop.ends_at }
    const event = { kind: "closure", node_id: stop.node.id, ...window }
    ok(await operator.call("POST", "/admin/cities/seattle/events", event), 202)
  }
  /** The device is told of a stop that is closed, with something to take in its place. */
  const told = async (device: ReturnType<typeof pushDevice>) => {
    for (;;) {
      const before = service.to(device.path).length
      const stop = stops.shift()
      assert.isDefined(stop, "no stop of the plan could be replaced")
      await close(stop)
      const message = await until("the message", () => service.to(device.path)[before])
      const text = JSON.parse(device.read(message))
      if (text.option_id !== null) return { message, stop, text }
    }
  }

  beforeAll(async () => {
    service = await startPushService()
    world = await openWorld({ RATE_LIMIT: "off", PUSH_SERVICES: service.host, PUSH_CONTACT: "mailto:ops@example.org" })
    operator = await world.someone({ role: "admin" })
    ann = await world.someone()
    bob = await world.someone()
    trip = ok(await ann.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 5 }), 201)
    ok(await ann.call("POST", `/trips/${trip.id}/members`, { user_id: bob.id }))
    ok(await bob.call("POST", `/trips/${trip.id}/join`))
    for (const status of ["confirmed", "active"]) ok(await ann.call("PATCH", `/trips/${trip.id}`, { status }))
    const seen = new Set<string>()
    stops = trip.days
      .flatMap(({ slots }: Json) => slots)
      .filter(({ node }: Json) => !seen.has(node.id) && seen.add(node.id))
  })
  afterAll(async () => {
    await world?.close()
    service?.close()
  })

  it("reach who asked for them and has the app closed, and can be answered without it", async () => {
    const [phone, other] = [pushDevice(service), pushDevice(service)]
    await subscribe(ann, phone)
    await subscribe(bob, other)
    const open = await follow(world.server(), bob, trip.id)
    const { message, stop, text } = await told(phone)
    assert.deepInclude(text, { trip_id: trip.id, title: `Closed: ${stop.node.name}` })
    assert.match(text.body, /^Instead: .+, \d\d:\d\d$/)
    assert.isAbove(Number(message.headers["ttl"]), 0)
    const sender = senderOf(message)
    assert.isTrue(sender.holds, "signed by the key that browsers subscribed with")
    assert.strictEqual(sender.key, ok(await ann.call("GET", "/push/key")).public_key)
    assert.deepInclude(sender.claims, { aud: service.url, sub: "mailto:ops@example.org" })
    assert.isAtMost(sender.claims.exp, Date.now() / 1000 + 86_400)
    assert.notInclude(message.bytes.toString("latin1"), stop.node.name)
    assert.deepStrictEqual(service.to(other.path), [], "whoever has the trip open hears it there")
    await open.first("the offer", ({ pivot_id }) => pivot_id === text.pivot_id)

    const taken = await answer({ code: text.answer, answer: { response: "accept", option_id: text.option_id } })
    const body: Json = await taken.json()
    assert.strictEqual(taken.status, 200, JSON.stringify(body))
    assert.isFalse(body.voted)
    const changed = await open.first("the change", ({ cause }) => cause === "pivot")
    assert.deepInclude(changed, { pivot_id: text.pivot_id, by: ann.id, seq: body.state_version })
    const repeated = await answer({ code: text.answer, answer: { response: "accept", option_id: text.option_id } })
    assert.deepStrictEqual([repeated.status, await repeated.json()], [200, body], "a request that is sent again")
    const again = await answer({ code: text.answer, answer: { response: "dismiss" } })
    assert.strictEqual(again.status, 409)
    assert.match(((await again.json()) as Json).detail, /accepted already/)
    assert.strictEqual((await answer({ code: "made up", answer: { response: "dismiss" } })).status, 404)
    open.close()
  })

  it("tell each event once, not in quiet hours, and not a device that is gone", async () => {
    const phone = pushDevice(service)
    await subscribe(ann, phone)
    const { stop } = await told(phone)
    const count = service.to(phone.path).length
    const clock = new Intl.DateTimeFormat("en", {
      timeZone: "America/Los_Angeles",
      timeStyle: "short",
      hourCycle: "h23"
    })
    const at = (minutes: number) => clock.format(Date.now() + minutes * 60_000)
    // The offer was not answered: a later life of the trip makes it again, and nobody is told again.
    await world.restart("SIGKILL")
    // Somebody who is awake hears of it after whoever is not would have.
    const witness = pushDevice(service)
    await subscribe(ann, phone, { quiet: { from: at(-120), until: at(120) } })
    await subscribe(bob, witness)
    const quiet = await told(witness)
    await subscribe(ann, phone, { quiet: { from: at(120), until: at(240) } })
    const next = await told(phone)
    const since = service
      .to(phone.path)
      .slice(count)
      .map((one) => JSON.parse(phone.read(one)).title)
    assert.include(since, `Closed: ${next.stop.node.name}`)
    assert.strictEqual(new Set(since).size, since.length, since.join())
    for (const { node } of [stop, quiet.stop]) assert.notInclude(since, `Closed: ${node.name}`)
    const [device] = ok(await ann.call("GET", "/users/me/push-subscriptions")).subscriptions.slice(-1)
    assert.deepInclude(device, { service: service.host, quiet: { from: at(120), until: at(240) } })
    service.answer(phone.path, 410)
    await close(stops.shift())
    await until("that the device is forgotten", async () => {
      const { subscriptions } = ok(await ann.call("GET", "/users/me/push-subscriptions"))
      return subscriptions.every(({ id }: Json) => id !== device.id)
    })
  })

  it("that a server was about to send as it was killed are sent by the next one, once, and can be answered", async () => {
    const [eve, mate] = [await world.someone(), await world.someone()]
    const own = ok(await eve.call("POST", "/trips", { city: "seattle", start_date: dayAhead(2), days: 3 }), 201)
    ok(await eve.call("POST", `/trips/${own.id}/members`, { user_id: mate.id }))
    ok(await mate.call("POST", `/trips/${own.id}/join`))
    for (const status of ["confirmed", "active"]) ok(await eve.call("PATCH", `/trips/${own.id}`, { status }))
    const [phone, other] = [pushDevice(service), pushDevice(service)]
    await subscribe(mate, phone)
    const offered = async (): Promise<Json> => {
      for (const { id } of own.days.flatMap(({ slots }: Json) => slots)) {
        const offer = ok(await eve.call("POST", `/trips/${own.id}/pivot`, { trigger: "venue_closed", slot_id: id }))
        if (offer.options.length > 0) return offer
      }
      throw new Error("No stop of the plan can be replaced.")
    }
    const callsTo = (device: ReturnType<typeof pushDevice>): Array<Json> =>
      service
        .to(device.path)
        .map((one) => JSON.parse(device.read(one)))
        .filter(({ title }) => title.startsWith("Your group votes"))
    // The push service is out of order: whoever was about to be told has not been.
    service.answer(phone.path, 503)
    const { pivot_id } = await offered()
    ok(await eve.call("POST", `/trips/${own.id}/pivots/${pivot_id}/vote`, { minutes: 60 }), 201)
    await until("that it is tried", () => callsTo(phone)[0])
    await world.restart("SIGKILL")
    service.answer(phone.path, 201)
    await world.drained(
      (sql) => sql`select id from push_notes where user_id = ${mate.id} and notice is not null`,
      (left) => left.length === 0
    )
    const last = callsTo(phone).at(-1)
    const said = await answer({ code: last.answer, answer: { response: "dismiss" } })
    assert.deepInclude((await said.json()) as Json, { voted: true })
    // Nor is it told again: in the life after this one somebody else hears of something new, and the phone of nothing.
    const before = callsTo(phone).length
    await world.restart("SIGTERM")
    await subscribe(eve, other)
    ok(await eve.call("PUT", `/trips/${own.id}/pivots/${pivot_id}/vote`, { response: "dismiss" }))
    const next = await offered()
    ok(await mate.call("POST", `/trips/${own.id}/pivots/${next.pivot_id}/vote`, {}), 201)
    await until("the next call to vote", () => callsTo(other)[0])
    assert.lengthOf(callsTo(phone), before)
  })

  it("ask for a vote, and take it", async () => {
    const phone = pushDevice(service)
    await subscribe(bob, phone)
    const offers = await follow(world.server(), ann, trip.id)
    const offer = offers.hello.open_offers.find(({ options }: Json) => options.length > 0)
    const pivot =
      offer ??
      (await until("an offer", async () => {
        await close(stops.shift())
        return offers.heard.find(({ type, options }) => type === "offer" && options.length > 0)
      }))
    const before = service.to(phone.path).length
    ok(await ann.call("POST", `/trips/${trip.id}/pivots/${pivot.pivot_id}/vote`, { minutes: 30 }), 201)
    const message = await until("the call to vote", () =>
      service
        .to(phone.path)
        .slice(before)
        .map((one) => JSON.parse(phone.read(one)))
        .find(({ title }) => /^Your group votes until \d\d:\d\d$/.test(title))
    )
    const said = await answer({ code: message.answer, answer: { response: "accept", option_id: message.option_id } })
    assert.deepInclude((await said.json()) as Json, { voted: true })
    const { vote } = ok(await ann.call("GET", `/trips/${trip.id}/vote`))
    assert.deepStrictEqual(vote.voted, [bob.id])
  })

  it("are sent to push services only, to a bounded number of devices, and end with the account", async () => {
    const eve = await world.someone()
    const { keys } = pushDevice(service).subscription
    for (const endpoint of [
      "http://169.254.169.254/latest",
      "https://example.org/push",
      `${service.url}.example.org/x`,
      "file:///etc/passwd"
    ]) {
      const refused = await eve.call("PUT", "/users/me/push-subscriptions", { endpoint, keys })
      assert.strictEqual(refused.status, 422, endpoint)
    }
    for (let n = 0; n < 12; n++) await subscribe(eve, pushDevice(service))
    const { subscriptions } = ok(await eve.call("GET", "/users/me/push-subscriptions"))
    assert.lengthOf(subscriptions, 10)
    assert.strictEqual((await eve.call("DELETE", `/users/me/push-subscriptions/${subscriptions[0].id}`)).status, 204)
    assert.lengthOf(ok(await eve.call("GET", "/users/me/export")).held.push_subscriptions, 9)
    assert.strictEqual((await eve.call("DELETE", "/users/me")).status, 202)
    await world.drained(
      (sql) => sql`select count(*)::int as n from push_subscriptions where user_id = ${eve.id}`,
      ([row]) => row.n === 0
    )
  })

  it("can be ignored: what a device was told of and nobody answered is logged as that", async () => {
    const eve = await world.someone()
    // After everything that was closed for others.
    const own = ok(await eve.call("POST", "/trips", { city: "seattle", start_date: dayAhead(20), days: 5 }), 201)
    for (const status of ["confirmed", "active"]) ok(await eve.call("PATCH", `/trips/${own.id}`, { status }))
    const phone = pushDevice(service)
    await subscribe(eve, phone)
    const planned: ReadonlyArray<Json> = own.days.flatMap(({ slots }: Json) => slots)
    let told: Json
    for (const stop of planned) {
      const before = service.to(phone.path).length
      await close(stop)
      told = JSON.parse(phone.read(await until("the message", () => service.to(phone.path)[before])))
      if (told.option_id !== null) break
    }
    assert.isNotNull(told.option_id, "no stop of the plan could be replaced")
    await world.drained(
      (sql) => sql`select 1 from push_notes where user_id = ${eve.id} and notice is not null`,
      (left) => left.length === 0
    )
    // More than a trip holds: newer ones push it out, and nobody has answered it until then.
    const moods = ["calm", "hungry", "curious", "social", "playful", "tired", "romantic", "energetic"]
    for (const slot of planned.slice(-2)) {
      for (const mood of moods)
        ok(await eve.call("POST", `/trips/${own.id}/pivot`, { trigger: "mood", slot_id: slot.id, detail: { mood } }))
    }
    const [row] = await world.drained(
      (sql) => sql`select response, chosen_option_id from pivot_events where pivot_id = ${told.pivot_id}`,
      ([one]) => one?.response !== null && one?.response !== undefined
    )
    assert.deepEqual(row, { response: "ignore", chosen_option_id: null })
    const outcomes = await world.rows(
      (sql) => sql`select distinct outcome, user_id from decision_outcomes where decision_id = ${told.pivot_id}`
    )
    assert.deepEqual(outcomes, [{ outcome: "ignored", user_id: eve.id }])
  })
})
