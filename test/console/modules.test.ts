import { assert, describe, it } from "@effect/vitest"
import { makeApi, type Problem } from "../../console/api.js"
import { missingAnswers } from "../../console/companions.js"
import { firstShown, nowAndNext } from "../../console/days.js"
import { NOTHING } from "../../console/kept.js"
import { LiveTrip } from "../../console/live-trip.js"
import { T } from "../../console/messages.js"
import { answersOf, offeredTags, tickedAtFirst } from "../../console/onboarding.js"
import { applyChange, differences, judgeFrame, zoneOfTrip } from "../../console/plan.js"
import { claimsOf, newId, tokenOfFragment } from "../../console/session.js"
import { byTime } from "../../console/trips.js"
import { TAXONOMY } from "../../src/domain/catalog/taxonomy.ts"
import { isUuid } from "../../src/domain/ids.ts"
import { personaFromOnboarding } from "../../src/domain/persona/onboarding.ts"

const ZONE = "America/Los_Angeles"

const slot = (id: string, order: number, starts_at: string, name = `Place ${id}`) => ({
  id,
  order,
  starts_at,
  ends_at: starts_at.replace(":00:", ":45:"),
  time_zone: ZONE,
  node: { name }
})

const first = slot("a", 1, "2026-05-01T17:00:00Z")
const second = slot("b", 2, "2026-05-01T20:00:00Z")
const third = slot("c", 1, "2026-05-02T17:00:00Z")

const trip = {
  id: "t",
  city: "seattle",
  status: "active",
  state_version: 4,
  days: [
    { day: 1, date: "2026-05-01", slots: [first, second] },
    { day: 2, date: "2026-05-02", slots: [third] }
  ]
}

describe("what was missing to suggest companions", () => {
  it("is told without what is known already: neither the taste nor what is as it was", () => {
    const form = new FormData()
    const said = { age: "34", personality: "0.5", time: "balanced", pace: "moderate", budget: "low", interest: "food" }
    for (const [name, value] of Object.entries(said)) form.append(name, value)
    const dimensions = {
      time_orientation: { value: "balanced", source: "default" },
      pace_preference: { value: "moderate", source: "signals" },
      budget_sensitivity: { value: "mid", source: "onboarding" }
    }
    assert.deepStrictEqual(missingAnswers(form, dimensions), {
      tags: { time: "balanced", budget: "low" },
      age: 34,
      interests: ["food"],
      personality: 0.5
    })
  })
})

describe("a newcomer's answers", () => {
  it("are picked from a mix of what there is and understood whole", () => {
    const offered = offeredTags([...TAXONOMY])
    assert.isAtMost(offered.length, 24)
    assert.isAtLeast(new Set(offered.map(({ group }) => group)).size, 4)
    const tags = offered.map(({ tag }) => tag)
    for (const diet of ["", "vegetarian", "vegan"]) {
      const answers = answersOf({ tags, pace: "leisurely", budget: "low", diet })
      const { dimensions, unknown } = personaFromOnboarding(answers)
      assert.deepStrictEqual(unknown, [])
      assert.strictEqual(dimensions.pace_preference.value, "leisurely")
      assert.strictEqual(dimensions.budget_sensitivity.value, "low")
    }
    assert.deepStrictEqual(answersOf({ tags: [], pace: undefined, budget: undefined, diet: "vegan" }), {
      tags: { likes: ["plant_based"] }
    })
  })

  it("say of likes only what is another than before", () => {
    const before = { tags: ["ramen", "jazz"], diet: "vegan" }
    const answers = { ...before, pace: "packed", budget: undefined }
    assert.deepStrictEqual(answersOf({ ...answers, tags: ["jazz", "ramen"] }, before), { tags: { pace: "packed" } })
    assert.deepStrictEqual(answersOf({ ...answers, tags: ["jazz"] }, before).tags.likes, ["jazz", "plant_based"])
    assert.deepStrictEqual(answersOf({ ...answers, diet: "" }, before).tags.likes, ["ramen", "jazz"])
  })

  it("are ticked as they were said, and for who said them elsewhere as the taste is by now", () => {
    const persona = (source: string) => ({
      dimensions: { category_affinities: { source } },
      top_vibes: [{ tag: "jazz" }, { tag: "ramen" }]
    })
    assert.deepStrictEqual(tickedAtFirst(["quiet"], persona("signals")), ["quiet"])
    assert.deepStrictEqual(tickedAtFirst(undefined, persona("signals")), ["jazz", "ramen"])
    assert.deepStrictEqual(tickedAtFirst(undefined, persona("default")), [])
  })
})

describe("trips by date", () => {
  it("stand under way, ahead and over, each in the order that one looks for", () => {
    const one = (status: string, start_date: string) => ({ status, start_date })
    const groups = byTime([
      one("completed", "2026-01-01"),
      one("planning", "2026-09-01"),
      one("active", "2026-05-01"),
      one("cancelled", "2026-03-01"),
      one("confirmed", "2026-06-01")
    ])
    const dates = (list: ReadonlyArray<{ start_date: string }>) => list.map(({ start_date }) => start_date)
    assert.deepStrictEqual(dates(groups.now), ["2026-05-01"])
    assert.deepStrictEqual(dates(groups.ahead), ["2026-06-01", "2026-09-01"])
    assert.deepStrictEqual(dates(groups.past), ["2026-03-01", "2026-01-01"])
  })
})

describe("now and next", () => {
  const under = {
    ...trip,
    days: trip.days.map((day) => ({ ...day, slots: day.slots.map((one) => ({ ...one, status: "planned" })) }))
  }
  const at = (instant: string) => {
    const { now, next } = nowAndNext(under, Date.parse(instant))
    return [now?.id, next?.id]
  }

  it("are the stop under way and the one after it, on the same day only", () => {
    assert.deepStrictEqual(at("2026-05-01T16:00:00Z"), [undefined, "a"])
    assert.deepStrictEqual(at("2026-05-01T17:10:00Z"), ["a", "b"])
    assert.deepStrictEqual(at("2026-05-01T20:10:00Z"), ["b", undefined])
    assert.deepStrictEqual(at("2026-05-01T22:00:00Z"), [undefined, undefined])
    assert.deepStrictEqual(at("2026-05-03T22:00:00Z"), [undefined, undefined])
  })

  it("the day that is shown first is today's, else the first", () => {
    assert.strictEqual(firstShown(under, ZONE, Date.parse("2026-05-02T12:00:00Z")), 2)
    assert.strictEqual(firstShown(under, ZONE, Date.parse("2026-04-02T12:00:00Z")), 1)
    // In the evening, when nothing is left of it, tomorrow's.
    assert.strictEqual(firstShown(under, ZONE, Date.parse("2026-05-02T01:00:00Z")), 2)
    assert.strictEqual(firstShown(under, ZONE, Date.parse("2026-05-03T02:00:00Z")), 2)
  })
})

describe("the token", () => {
  it("is found in the printed link and nowhere else", () => {
    assert.strictEqual(tokenOfFragment("#token=a.b.c"), "a.b.c")
    assert.isUndefined(tokenOfFragment("#/trips"))
    assert.isUndefined(tokenOfFragment("#token="))
    assert.isUndefined(tokenOfFragment(""))
  })

  it("tells whose it is, and anything else is no token", () => {
    const payload = Buffer.from(JSON.stringify({ sub: "zoë", role: "traveler" })).toString("base64url")
    assert.strictEqual(claimsOf(`x.${payload}.y`)?.sub, "zoë")
    for (const text of ["", "abc", "a.b.c", "x.e30.y", "..", "x.bnVsbA.y"]) assert.isUndefined(claimsOf(text), text)
  })

  it("goes with requests whose keys are UUIDs of their own", () => {
    const ids = new Set(Array.from({ length: 100 }, newId))
    assert.strictEqual(ids.size, 100)
    for (const id of ids) assert.isTrue(isUuid(id), id)
  })
})

describe("a plan on the page", () => {
  it("takes over changed stops and leaves the others the same objects", () => {
    const later = { ...first, starts_at: "2026-05-01T21:00:00Z", order: 3 }
    const renumbered = { ...second, order: 2, travel_minutes: 9 }
    const numbered = applyChange(trip, { state_version: 5, changed: [later, renumbered], removed: [] })!
    assert.strictEqual(numbered.trip.days[0]!.slots[0], renumbered)
    assert.deepStrictEqual(numbered.changed, ["a"], "of another number nobody says that it is changed")
    const after = applyChange(trip, { state_version: 5, changed: [later], removed: [] })!
    assert.deepStrictEqual(
      after.trip.days[0]!.slots.map((one: { id: string }) => one.id),
      ["b", "a"]
    )
    assert.strictEqual(after.trip.days[0]!.slots[0], second)
    assert.strictEqual(after.trip.days[1], trip.days[1])
    assert.deepStrictEqual(after.changed, ["a"])
    assert.strictEqual(after.trip.state_version, 5)
    assert.strictEqual(trip.days[0]!.slots[0], first)
  })

  it("is read anew where a change does not fit it", () => {
    assert.isUndefined(applyChange(trip, { state_version: 5, changed: [slot("new", 1, "2026-05-01T17:00:00Z")] }))
    assert.isUndefined(
      applyChange(trip, { state_version: 5, changed: [{ ...first, starts_at: "2026-05-02T17:00:00Z" }] })
    )
    assert.strictEqual(judgeFrame(trip, { type: "trip_changed", cause: "replan", seq: 5 }).kind, "reread")
  })

  it("hears each numbered frame once and never passes over a gap", () => {
    const frame = { type: "slot_changed", slot: { id: "b" }, changed: [], removed: ["b"] }
    assert.strictEqual(judgeFrame(trip, { ...frame, seq: 4 }).kind, "old")
    assert.strictEqual(judgeFrame(trip, { ...frame, seq: 6 }).kind, "gap")
    const judged = judgeFrame(trip, { ...frame, seq: 5 })
    assert.strictEqual(judged.kind, "change")
    assert.deepStrictEqual(judged.trip.days[0].slots, [first])
    assert.deepStrictEqual(judged.removed, ["b"])
  })

  it("follows a frame that shows one stop alone", () => {
    const locked = { ...first, locked: true }
    const judged = judgeFrame(trip, { type: "slot_changed", seq: 5, slot: locked })
    assert.strictEqual(judged.trip.days[0].slots[0], locked)
  })

  it("has no vote any more once it is not under way", () => {
    const voted = { ...trip, vote: { pivot_id: "p" } }
    const status = (to: string) =>
      judgeFrame(voted, { type: "trip_changed", cause: "status", seq: 5, status: to }).trip.vote
    assert.deepStrictEqual([status("active"), status("cancelled")], [voted.vote, null])
  })

  it("shows what differs after it was read anew", () => {
    const moved = { ...second, starts_at: "2026-05-01T21:00:00Z" }
    const other = slot("d", 2, "2026-05-02T20:00:00Z")
    const read = {
      ...trip,
      days: [
        { ...trip.days[0]!, slots: [moved] },
        { ...trip.days[1]!, slots: [{ ...third }, other] }
      ]
    }
    assert.deepStrictEqual(differences(trip, read), { changed: ["b", "d"], removed: ["a"] })
    assert.deepStrictEqual(differences(trip, trip), { changed: [], removed: [] })
  })

  it("knows its zone even without a stop", () => {
    const empty = { ...trip, days: [] }
    assert.strictEqual(zoneOfTrip(trip, []), ZONE)
    assert.strictEqual(zoneOfTrip(empty, [{ slug: "seattle", time_zone: ZONE }]), ZONE)
  })
})

describe("requests", () => {
  const answering = (status: number, body: unknown) => {
    const asked: Array<{ readonly path: string; readonly init: RequestInit }> = []
    let refused: string | undefined
    const api = makeApi(
      "a.b.c",
      (why: string) => {
        refused = why
      },
      async (path, init) => {
        asked.push({ path: String(path), init: init! })
        return new Response(JSON.stringify(body), { status })
      }
    )
    return { api, asked, refused: () => refused }
  }

  it("carry the token, a key, and the version that the page shows", async () => {
    const { api, asked } = answering(200, {})
    await api.changeSlot("t", "s/../x", { action: "swap" }, 7)
    const { path, init } = asked[0]!
    const headers = init.headers as Record<string, string>
    assert.strictEqual(path, "/api/v1/trips/t/slots/s%2F..%2Fx")
    assert.strictEqual(headers["authorization"], "Bearer a.b.c")
    assert.strictEqual(headers["if-match"], "7")
    assert.isTrue(isUuid(headers["idempotency-key"]!))
  })

  it("tell a refusal in the server's words, with the fields and the wait", async () => {
    const issue = { path: ["constraints", "pace"], message: "is no pace" }
    const { api, refused } = answering(429, { detail: "Too fast.", errors: [issue], retry_after_seconds: 10_800 })
    const problem: Problem = await api.trips(undefined).then(
      () => assert.fail("was refused"),
      (error: Problem) => error
    )
    assert.strictEqual(problem.message, "Too fast. constraints.pace is no pace Try again in 3 hrs.")
    assert.strictEqual(problem.status, 429)
    assert.isUndefined(refused())
  })

  it("say a sentence once that the server wrote into its own already", async () => {
    const issue = { path: ["body", "days"], message: "must be a whole number from 1 to 21" }
    const { api } = answering(400, { detail: `body.days: ${issue.message}`, errors: [issue] })
    const problem: Problem = await api.createTrip({ city: "tokyo", start_date: "2026-05-01", days: 0 }, "k").then(
      () => assert.fail("was refused"),
      (error: Problem) => error
    )
    assert.strictEqual(problem.message, "body.days: must be a whole number from 1 to 21")
  })

  it("for a trip as it is now are not answered with what was read before, over and over", async () => {
    let asked = 0
    const failed = Promise.withResolvers<string>()
    const before = { ...trip, status: "active" }
    const api = makeApi(
      "a.b.c",
      () => {},
      () => {
        if (++asked === 5) failed.resolve("asked again")
        if (asked >= 5) return new Promise(() => {})
        return Promise.reject(new TypeError("no network"))
      },
      { kept: { ...NOTHING, get: async () => before } }
    )
    let hear: (frame: never) => void = () => {}
    const client = {
      ...api.client,
      stream: ({ onFrame }: { onFrame: typeof hear }) => {
        hear = onFrame
        return { close: () => {} }
      }
    }
    const live = new LiveTrip({ ...api, client } as never, { news: new Set() } as never, before as never, {
      plan: () => {},
      offers: () => {},
      failed: failed.resolve
    })
    live.open()
    hear({ type: "slot_changed", seq: 9, state_version: 9 } as never)
    assert.strictEqual(await failed.promise, T.unreachable)
    assert.strictEqual(asked, 1)
  })

  it("know nobody to be here while there is no live connection", () => {
    let hears: Record<string, (said: never) => void> = {}
    const client = {
      stream: (given: typeof hears) => {
        hears = given
        return { close: () => {} }
      }
    }
    const waiting = { news: new Set(), send: () => {} }
    const heard = { offers: () => {}, online: () => {}, state: () => {} }
    const live = new LiveTrip({ client } as never, waiting as never, trip as never, heard)
    live.open()
    hears["onState"]!("live" as never)
    hears["onFrame"]!({ type: "hello", online: ["bob"], open_offers: [] } as never)
    assert.deepStrictEqual([...live.online], ["bob"])
    hears["onState"]!("waiting" as never)
    assert.deepStrictEqual([...live.online], [])
  })

  it("report a token that is no longer good", async () => {
    const { api, refused } = answering(401, { detail: "The token has expired." })
    await api.persona().catch(() => {})
    assert.strictEqual(refused(), "The token has expired.")
  })
})
