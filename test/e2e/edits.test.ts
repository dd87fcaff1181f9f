/** Plans changed by hand: what travelers bring, stops that come, move and go, and all of it taken back. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { beforeOneGoes } from "../support/before-one-goes.ts"
import { follow } from "../support/follow.ts"
import { type Answer, dayAhead, type Json, ok, type Traveler } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const MINUTE = 60_000
const FIRST = dayAhead(12)
const slotsOf = (trip: Json): ReadonlyArray<Json> => trip.days.flatMap((day: Json) => day.slots)
const planOf = (trip: Json) =>
  slotsOf(trip).map(({ id, node, starts_at, ends_at, locked, order }) => [
    id,
    node.id,
    starts_at,
    ends_at,
    locked,
    order
  ])
const refusedFor = (answer: Answer, path: ReadonlyArray<string | number>): Json => {
  assert.strictEqual(answer.status, 422, JSON.stringify(answer.body).slice(0, 800))
  const paths = (answer.body.errors ?? []).map((error: Json) => JSON.stringify(error.path))
  assert.include(paths, JSON.stringify(path), JSON.stringify(answer.body).slice(0, 800))
  return answer.body
}
const aTrip = (changes: object = {}) => ({ city: "seattle", start_date: FIRST, days: 3, ...changes })

const TRAIN = {
  title: "Train from Portland",
  kind: "arrival",
  at: `${FIRST}T12:40`,
  until: `${FIRST}T13:00`,
  lat: 47.598,
  lon: -122.3295
}
const TABLE = {
  title: "A table for two",
  kind: "reservation",
  at: `${dayAhead(13)}T19:00`,
  until: `${dayAhead(13)}T21:00`
}
const INN = { title: "The inn", lat: 47.6145, lon: -122.3478 }

/** What the clock there shows at an instant. */
const inSeattle = (instant: string): string =>
  new Date(instant).toLocaleString("sv-SE", { timeZone: "America/Los_Angeles" }).replace(" ", "T").slice(0, 16)

/** Nothing overlaps, and every way fits between what it joins. */
const judge = (trip: Json) => {
  for (const day of trip.days) {
    const things = [...day.slots, ...trip.fixed.filter((one: Json) => one.day === day.day)].sort((a: Json, b: Json) =>
      a.starts_at.localeCompare(b.starts_at)
    )
    things.forEach((thing: Json, i: number) => {
      const before = things[i - 1]
      if (before === undefined) return
      const gap = (Date.parse(thing.starts_at) - Date.parse(before.ends_at)) / MINUTE
      assert.isAtLeast(gap, thing.travel_minutes, `day ${day.day}: ${JSON.stringify([before, thing]).slice(0, 600)}`)
    })
    assert.deepEqual(
      day.slots.map(({ order }: Json) => order),
      day.slots.map((_: Json, i: number) => i),
      `day ${day.day}`
    )
    for (const slot of day.slots) assert.notStrictEqual(slot.open, "closed", slot.node.name)
  }
}

describe("plans changed by hand", () => {
  let world: World
  let ann: Traveler
  let bob: Traveler

  beforeAll(async () => {
    world = await openWorld({ RATE_LIMIT: "off" })
    ann = await world.someone()
    bob = await world.someone()
  })
  afterAll(() => world?.close())

  const planned = async (changes: object = {}) => ok(await ann.call("POST", "/trips", aTrip(changes)), 201)
  const read = async (trip: Json) => ok(await ann.call("GET", `/trips/${trip.id}`))

  it("go around what is fixed, from where one sleeps and back", async () => {
    const trip = await planned({ fixed: [TABLE, TRAIN], lodging: INN })
    assert.deepEqual(
      trip.fixed.map(({ title, kind, day }: Json) => [title, kind, day]),
      [
        [TRAIN.title, "arrival", 1],
        [TABLE.title, "reservation", 2]
      ]
    )
    assert.deepEqual(trip.lodging, INN)
    judge(trip)
    const [arrival, table] = trip.fixed
    assert.strictEqual(inSeattle(arrival.ends_at), TRAIN.until)
    for (const slot of trip.days[0].slots) assert.isAtLeast(Date.parse(slot.starts_at), Date.parse(arrival.ends_at))
    const dinners = trip.days[1].slots.filter(
      (slot: Json) => Date.parse(slot.starts_at) > Date.parse(table.starts_at) - 90 * MINUTE
    )
    assert.isEmpty(
      dinners.filter((slot: Json) => slot.node.category === "restaurant"),
      "a second dinner"
    )
    for (const day of trip.days) {
      assert.isNumber(day.way.back_minutes)
      assert.isAbove(day.way.minutes, 0)
    }
    assert.isAbove(trip.days[2].slots[0].travel_minutes, 0, "the way from the inn")
    // What is brought stays as it is with new dates and new plans.
    const later = ok(await ann.call("PATCH", `/trips/${trip.id}`, { end_date: dayAhead(15) }))
    assert.deepEqual(
      later.fixed.map(({ id }: Json) => id),
      trip.fixed.map(({ id }: Json) => id)
    )
    judge(later)
    assert.strictEqual(later.days.length, 4)
    const without = ok(await ann.call("PATCH", `/trips/${trip.id}`, { fixed: [TABLE], lodging: null }))
    assert.deepEqual([without.fixed.length, without.lodging, without.fixed[0].id], [1, null, table.id])
  })

  it("say of a day that an arrival leaves little of that it does, for as long as it does", async () => {
    const late = { title: "Late train", kind: "arrival", at: `${FIRST}T19:30`, until: `${FIRST}T20:00` }
    const trip = await planned({ fixed: [late] })
    const said = (one: Json) => (one.relaxed ?? []).filter(({ message }: Json) => /an arrival/.test(message))
    assert.lengthOf(said(trip), trip.days[0].slots.length < 2 ? 1 : 0)
    const without = ok(await ann.call("PATCH", `/trips/${trip.id}`, { fixed: [], end_date: dayAhead(13) }))
    assert.isEmpty(said(without))
    assert.isAtLeast(without.days[0].slots.length, 2)
  })

  it("refuse what cannot be, and name the field", async () => {
    const tried = (changes: object) => ann.call("POST", "/trips", aTrip(changes))
    refusedFor(await tried({ fixed: [{ ...TRAIN, lat: 35.68, lon: 139.76 }] }), ["fixed", 0, "lat"])
    refusedFor(await tried({ fixed: [{ ...TRAIN, at: `${dayAhead(9)}T10:00`, until: `${dayAhead(9)}T11:00` }] }), [
      "fixed",
      0,
      "at"
    ])
    refusedFor(await tried({ fixed: [TABLE, TRAIN, { ...TABLE, title: "Another", at: `${dayAhead(13)}T20:00` }] }), [
      "fixed",
      2,
      "at"
    ])
    refusedFor(await tried({ fixed: [{ ...TABLE, until: TABLE.at }] }), ["fixed", 0, "until"])
    refusedFor(await tried({ fixed: [{ title: "Half", at: TABLE.at, until: TABLE.until, lat: 47.6 }] }), [
      "fixed",
      0,
      "lon"
    ])
    refusedFor(await tried({ lodging: { lat: 0, lon: 0 } }), ["lodging", "lat"])
    const trip = await planned({ fixed: [TABLE] })
    refusedFor(await ann.call("PATCH", `/trips/${trip.id}`, { end_date: FIRST }), ["end_date"])
    const last = trip.days[2].slots[0]
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${last.id}`, { action: "lock" }))
    refusedFor(await ann.call("PATCH", `/trips/${trip.id}`, { fixed: [], end_date: dayAhead(13) }), ["end_date"])
    const clash = { title: "Opera", at: last.starts_at, until: last.ends_at }
    refusedFor(await ann.call("PATCH", `/trips/${trip.id}`, { fixed: [TABLE, clash] }), ["fixed", 1, "at"])
  })

  it("take a place more, where it goes best or where it is wanted", async () => {
    const trip = await planned({ constraints: { pace: "leisurely" } })
    const known = new Set(slotsOf(trip).map((slot) => slot.node.id))
    const { nodes } = ok(await ann.call("GET", "/cities/seattle/nodes?category=park&limit=50"))
    const park = nodes.find((node: Json) => !known.has(node.id))
    const added = ok(await ann.call("POST", `/trips/${trip.id}/slots`, { node_id: park.id, reason: "curiosity" }), 201)
    assert.isTrue(added.changed.some((slot: Json) => slot.node.id === park.id))
    assert.isEmpty(added.removed)
    const now = await read(trip)
    judge(now)
    assert.strictEqual(slotsOf(now).length, slotsOf(trip).length + 1)
    const again = await ann.call("POST", `/trips/${trip.id}/slots`, { node_id: park.id })
    assert.strictEqual(again.status, 422)
    assert.match(again.body.detail, /in the plan already/)
    const own = { title: "Coffee at Ana's", minutes: 60, lat: 47.62, lon: -122.32 }
    const mine = ok(await ann.call("POST", `/trips/${trip.id}/slots`, { own, day: 2 }), 201)
    assert.deepEqual(
      mine.fixed.map(({ title, day, kind }: Json) => [title, day, kind]),
      [[own.title, 2, "place"]]
    )
    judge(await read(trip))
    const at = ok(
      await ann.call("POST", `/trips/${trip.id}/slots`, {
        own: { title: "A call", minutes: 30 },
        at: `${dayAhead(14)}T09:30`
      }),
      201
    )
    assert.strictEqual(inSeattle(at.fixed[1].starts_at), `${dayAhead(14)}T09:30`)
    judge(await read(trip))
    const far = await ann.call("POST", `/trips/${trip.id}/slots`, { own: { ...own, lat: 0, lon: 0 } })
    assert.deepEqual([far.status, /own\.lat/.test(far.body.detail)], [422, true])
    const never = await ann.call("POST", `/trips/${trip.id}/slots`, { own, day: 9 })
    assert.deepEqual([never.status, /3 days/.test(never.body.detail)], [422, true])
    const past = await ann.call("POST", `/trips/${trip.id}/slots`, { own, at: "2020-01-01T10:00" })
    assert.strictEqual(past.status, 422)
  })

  it("let stops be moved and put into another order", async () => {
    const trip = await planned()
    const [one, two] = trip.days
    const stop = one.slots.find((slot: Json) => !["restaurant", "bar"].includes(slot.node.category)) ?? one.slots[0]
    const moved = ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${stop.id}`, { action: "move", day: 2 }))
    assert.isTrue(moved.changed.some((slot: Json) => slot.id === stop.id))
    const now = await read(trip)
    assert.isTrue(now.days[1].slots.some((slot: Json) => slot.id === stop.id && slot.node.id === stop.node.id))
    assert.strictEqual(now.days[0].slots.length, one.slots.length - 1)
    assert.strictEqual(now.days[1].slots.length, two.slots.length + 1)
    judge(now)
    const nowhere = await ann.call("PATCH", `/trips/${trip.id}/slots/${stop.id}`, { action: "move" })
    assert.strictEqual(nowhere.status, 422)
    // Some order of a day's stops other than theirs holds; each that does not says which stop it loses.
    const ids: ReadonlyArray<string> = now.days[2].slots.map((slot: Json) => slot.id)
    let reordered: Json
    for (let i = 0; i + 1 < ids.length && reordered === undefined; i++) {
      const order = ids.toSpliced(i, 2, ids[i + 1]!, ids[i]!)
      const answer = await ann.call("PUT", `/trips/${trip.id}/days/3/order`, { slot_ids: order })
      if (answer.status === 200) reordered = order
      else assert.deepEqual([answer.status, /could not be reached/.test(answer.body.detail)], [422, true])
    }
    assert.isDefined(reordered, "no two stops of the day can change places")
    const after = await read(trip)
    assert.deepEqual(
      after.days[2].slots.map((slot: Json) => slot.id),
      reordered
    )
    judge(after)
    const short = await ann.call("PUT", `/trips/${trip.id}/days/3/order`, { slot_ids: ids.slice(1) })
    assert.deepEqual([short.status, /each stop of day 3/i.test(short.body.detail)], [422, true])
  })

  it("show choices before they swap", async () => {
    const trip = await planned()
    const slot = slotsOf(trip)[1]
    const path = `/trips/${trip.id}/slots/${slot.id}`
    const { choices } = ok(await ann.call("GET", `${path}/choices`))
    assert.isAtLeast(choices.length, 2)
    assert.deepEqual(planOf(await read(trip)), planOf(trip), "asking changes nothing")
    const chosen = choices.at(-1)
    const swapped = ok(await ann.call("PATCH", path, { action: "swap", node_id: chosen.node.id }))
    const now = swapped.changed.find((one: Json) => one.id === slot.id)
    assert.deepEqual([now.node.id, now.starts_at], [chosen.node.id, chosen.starts_at])
    assert.deepEqual(beforeOneGoes(now), beforeOneGoes(chosen), "what was said of it before is said of the stop")
  })

  it("say what fits into some minutes", async () => {
    const trip = await planned({ constraints: { pace: "leisurely" } })
    const [first] = trip.days[1].slots
    const at = first.ends_at
    const fits = ok(await ann.call("GET", `/trips/${trip.id}/fits?minutes=90&at=${at}`))
    const planned2 = new Set(slotsOf(trip).map((slot) => slot.node.id))
    assert.isNotEmpty([...fits.options, ...fits.reasons])
    for (const { stops } of fits.options) {
      let free = Date.parse(at)
      for (const stop of stops) {
        assert.isFalse(planned2.has(stop.node.id))
        assert.notInclude(beforeOneGoes(stop), undefined)
        assert.isAtLeast(Date.parse(stop.starts_at), free + stop.travel_minutes * MINUTE)
        free = Date.parse(stop.ends_at)
      }
      assert.isAtMost(free, Date.parse(fits.ends_at))
    }
    assert.strictEqual((await ann.call("GET", `/trips/${trip.id}/fits?minutes=9`)).status, 400)
    const outside = ok(await ann.call("GET", `/trips/${trip.id}/fits?minutes=60&at=2026-01-01T10:00`))
    assert.match(outside.reasons[0].message, /outside the dates/)
  })

  it("are told to whoever follows the trip, each as an event of its own", async () => {
    const trip = await planned()
    const stream = await follow(world.server(), ann, trip.id)
    const since = stream.hello.seq
    const [first] = slotsOf(trip)
    ok(await ann.call("POST", `/trips/${trip.id}/slots`, { own: { title: "Mine", minutes: 30 }, day: 2 }), 201)
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${first.id}`, { action: "swap" }))
    const { undo } = await read(trip)
    ok(await ann.call("POST", `/trips/${trip.id}/undo`, { change: undo[0].change }))
    const undone = await stream.first("the undone change", (frame) => frame.cause === "undo")
    const told = stream.heard.filter(({ seq, type }) => type === "slot_changed" && seq > since)
    assert.deepEqual(
      told.map(({ cause, seq }) => [cause, seq - since]),
      [
        ["fixed", 1],
        ["swap", 2],
        ["undo", 3]
      ]
    )
    assert.deepEqual(
      told[0].fixed.map(({ title }: Json) => title),
      ["Mine"]
    )
    assert.strictEqual(undone.undone, undo[0].change)
    assert.deepEqual(undone.changed.map(({ node }: Json) => node.id).includes(first.node.id), true)
    assert.deepEqual(
      undone.undo.map(({ what }: Json) => what),
      ["fixed"]
    )
    stream.close()
  })

  it("can be taken back, by two people at once, and after a restart", async () => {
    const trip = await planned({ lodging: INN })
    ok(await ann.call("POST", `/trips/${trip.id}/members`, { user_id: bob.id }))
    ok(await bob.call("POST", `/trips/${trip.id}/join`))
    const before = await read(trip)
    assert.isEmpty(before.undo)
    const [first, second] = slotsOf(before)
    ok(await ann.call("PATCH", `/trips/${trip.id}/slots/${first.id}`, { action: "swap" }))
    ok(await bob.call("PATCH", `/trips/${trip.id}/slots/${second.id}`, { action: "remove" }))
    ok(await ann.call("POST", `/trips/${trip.id}/slots`, { own: { title: "Mine", minutes: 30 }, day: 3 }), 201)
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { lodging: null, fixed: [] }))
    ok(await ann.call("PATCH", `/trips/${trip.id}`, { end_date: dayAhead(13) }))
    const { undo } = await read(trip)
    assert.deepEqual(
      undo.map(({ what }: Json) => what),
      ["reschedule", "replan", "fixed", "remove", "swap"]
    )
    const early = await ann.call("POST", `/trips/${trip.id}/undo`, { change: undo[1].change })
    assert.deepEqual([early.status, early.body.detail.includes(String(undo[0].change))], [409, true])
    await world.restart("SIGKILL")
    const both = await Promise.all(
      [ann, bob].map((one) => one.call("POST", `/trips/${trip.id}/undo`, { change: undo[0].change }))
    )
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200]
    )
    const once = await read(trip)
    assert.deepEqual([once.end_date, once.undo.length], [trip.end_date, 4], "undone once")
    for (const { change } of undo.slice(1)) ok(await bob.call("POST", `/trips/${trip.id}/undo`, { change }))
    const after = await read(trip)
    assert.deepEqual(planOf(after), planOf(before))
    assert.deepEqual([after.lodging, after.fixed, after.undo], [INN, [], []])
    assert.strictEqual((await ann.call("POST", `/trips/${trip.id}/undo`, {})).status, 409)
  })
})
