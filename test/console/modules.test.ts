import { assert, describe, it } from "@effect/vitest"
import { makeApi, type Problem } from "../../console/api.js"
import { firstShown, nowAndNext } from "../../console/days.js"
import { calendarDay, changeText, clockTime, localDate, priceText, timeSpan, zoneText } from "../../console/format.js"
import { hoursText } from "../../console/hours.js"
import {
  BUDGET_CHOICES,
  INTEREST_WORDS,
  MOOD_WORDS,
  NEED_WORDS,
  NEXT_STATUS_WORDS,
  OPEN_WORDS,
  PACE_CHOICES,
  plural,
  SIGNAL_WORDS,
  STATUS_WORDS,
  TRIGGER_WORDS
} from "../../console/messages.js"
import { LONGEST_DAYS } from "../../console/new-trip.js"
import { unsaidWhy } from "../../console/offer.js"
import { answersOf, offeredTags } from "../../console/onboarding.js"
import { applyChange, differences, fitsToTell, judgeFrame, MOODS, zoneOfTrip } from "../../console/plan.js"
import { claimsOf, newId, tokenOfFragment } from "../../console/session.js"
import { byTime } from "../../console/trips.js"
import { CATEGORIES } from "../../src/domain/catalog/category.ts"
import { DIETS, fitFor, NEEDS } from "../../src/domain/catalog/fits.ts"
import { TAXONOMY } from "../../src/domain/catalog/taxonomy.ts"
import { isUuid } from "../../src/domain/ids.ts"
import { INTERESTS } from "../../src/domain/persona/interests.ts"
import { personaFromOnboarding } from "../../src/domain/persona/onboarding.ts"
import { MAX_DAYS } from "../../src/domain/trip/request.ts"
import { Budget, Mood, Open, Pace, SignalType, Trigger, TripStatus } from "../../src/domain/vocabulary.ts"

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

describe("the words of the console", () => {
  it("tell times and dates on the clocks of the city", () => {
    assert.strictEqual(clockTime("2026-05-01T17:05:00Z", ZONE), "10:05")
    assert.strictEqual(clockTime("2026-05-01T07:00:00Z", ZONE), "00:00")
    assert.strictEqual(clockTime("2026-05-01T20:05:00Z", ZONE, "en-US").replace(/\s/, " "), "1:05 PM")
    assert.strictEqual(localDate("2026-05-01T05:00:00Z", ZONE), "2026-04-30")
    assert.strictEqual(calendarDay("2026-05-01"), "Fri 1 May")
    assert.strictEqual(calendarDay("2026-05-01", "de"), "Fr., 1. Mai")
    // Over midnight both times are told, and neither with its date.
    assert.strictEqual(timeSpan("2026-05-02T06:30:00Z", "2026-05-02T07:30:00Z", ZONE), "23:30 – 00:30")
  })

  it("tell how dear a place is in the money of the city", () => {
    assert.strictEqual(priceText(2, "JPY"), "¥¥")
    assert.strictEqual(priceText(3, "EUR"), "€€€")
    assert.strictEqual(priceText(0, "EUR"), "free")
    assert.strictEqual(priceText(2, "CHF"), "middling")
    assert.isUndefined(priceText(null, "EUR"))
  })

  it("tell opening hours as the traveler tells times, and leave what they do not understand", () => {
    const american = (hours: string) => hoursText(hours, "en-US").replace(/\s/g, " ")
    assert.strictEqual(american("Tu-Su 09:00-16:30"), "Tue–Sun 9:00 AM – 4:30 PM")
    assert.strictEqual(american("Tu,Th-Su 10:00-18:00; We off"), "Tue, Thu–Sun 10:00 AM – 6:00 PM; Wed closed")
    assert.strictEqual(american("Apr-Oct Sa,Su 10:00-18:00"), "Apr–Oct Sat, Sun 10:00 AM – 6:00 PM")
    assert.strictEqual(american("06:00-24:00"), "6:00 AM – 12:00 AM")
    assert.strictEqual(hoursText("06:00-12:00,14:00-26:00", "en-GB"), "06:00 – 12:00, 14:00 – 02:00")
    assert.strictEqual(hoursText("24/7", "en-GB"), "at any time")
    for (const other of ["sunrise-sunset", "Mo-Fr 09:00+", "by appointment", "week 3 Mo 10:00-12:00"])
      assert.strictEqual(hoursText(other, "en-GB"), other)
  })

  it("name the times of a city only where one's own clock shows others", () => {
    const now = Date.parse("2026-05-01T12:00:00Z")
    const own = new Intl.DateTimeFormat().resolvedOptions().timeZone
    assert.isUndefined(zoneText(own, now))
    // One of them is not where this runs.
    const told = ["America/Los_Angeles", "Asia/Tokyo"].map((zone) => zoneText(zone, now, "en-GB"))
    assert.isNotEmpty(told.filter((one) => one === "Pacific Time" || one === "Japan Standard Time"))
  })

  it("do not repeat as a reason what an option shows", () => {
    const why = [
      "Place a is replaced by Café",
      "Suits the mood: tired",
      "Nobody knows its hours: check before you go at 10:00",
      "1 later stop stays as it is"
    ]
    const changes = [{ action: "replace", slot_id: "a", open: "unknown", node: { name: "Café" } }]
    assert.deepStrictEqual(unsaidWhy({ why, changes }, trip), ["Suits the mood: tired", "Check before you go."])
    assert.deepStrictEqual(unsaidWhy({ why: ["Place b is dropped"], changes: [] }, trip), ["Place b is dropped"])
  })

  it("say of a diet at kitchens, and elsewhere not", () => {
    for (const category of CATEGORIES) {
      const fit = fitFor({ category, vibe_tags: [], facts: undefined }, "vegetarian")
      const told = fitsToTell({ fits: { vegetarian: "fits" }, node: { category } })
      assert.strictEqual(told.length > 0, fit === "unknown", category)
    }
    const all = Object.fromEntries(DIETS.map((diet) => [diet, "fits"]))
    assert.isEmpty(fitsToTell({ fits: all, node: { category: "park" } }))
    assert.isNotEmpty(fitsToTell({ fits: { wheelchair: "fits" }, node: { category: "park" } }))
  })

  it("say what a change does to the stop that is there now", () => {
    const when = { starts_at: "2026-05-01T17:00:00Z", ends_at: "2026-05-01T18:00:00Z" }
    const told = (change: object) => changeText({ ...when, ...change }, first, ZONE)
    assert.strictEqual(told({ action: "replace", node: { name: "Café" } }), "Café, 10:00–11:00, instead of Place a")
    assert.strictEqual(told({ action: "move" }), "Place a moves to 10:00–11:00")
    assert.strictEqual(told({ action: "drop" }), "Place a is left out")
  })

  it("count in plain English", () => {
    assert.strictEqual(plural(1, "stop"), "1 stop")
    assert.strictEqual(plural(0, "stop"), "0 stops")
  })

  it("cover the vocabularies of the contract", () => {
    assert.deepStrictEqual(MOODS, [...Mood.literals])
    assert.sameMembers(Object.keys(OPEN_WORDS), [...Open.literals])
    assert.sameMembers(Object.keys(TRIGGER_WORDS), [...Trigger.literals])
    assert.sameMembers(Object.keys(NEED_WORDS), [...NEEDS])
    assert.sameMembers(Object.keys(MOOD_WORDS), [...Mood.literals])
    assert.sameMembers(Object.keys(INTEREST_WORDS), [...INTERESTS])
    assert.sameMembers(Object.keys(STATUS_WORDS), [...TripStatus.literals])
    assert.includeMembers([...TripStatus.literals], Object.keys(NEXT_STATUS_WORDS))
    assert.includeMembers(
      Object.keys(SIGNAL_WORDS),
      SignalType.literals.filter((type) => type !== "candidate_set_logged")
    )
    const values = (choices: ReadonlyArray<ReadonlyArray<string>>) => choices.map(([value]) => value!)
    assert.deepStrictEqual(values(PACE_CHOICES), [...Pace.literals])
    assert.deepStrictEqual(values(BUDGET_CHOICES), [...Budget.literals])
    assert.strictEqual(LONGEST_DAYS, MAX_DAYS)
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
    const { api, refused } = answering(429, { detail: "Too fast.", errors: [issue], retry_after_seconds: 9 })
    const problem: Problem = await api.trips(undefined).then(
      () => assert.fail("was refused"),
      (error: Problem) => error
    )
    assert.strictEqual(problem.message, "Too fast. constraints.pace is no pace Try again in 9 s.")
    assert.strictEqual(problem.status, 429)
    assert.isUndefined(refused())
  })

  it("say a sentence once that the server wrote into its own already", async () => {
    const issue = { path: ["body", "days"], message: "must be a whole number from 1 to 21" }
    const { api } = answering(400, { detail: `body.days: ${issue.message}`, errors: [issue] })
    const problem: Problem = await api.createTrip({}, "k").then(
      () => assert.fail("was refused"),
      (error: Problem) => error
    )
    assert.strictEqual(problem.message, "body.days: must be a whole number from 1 to 21")
  })

  it("report a token that is no longer good", async () => {
    const { api, refused } = answering(401, { detail: "The token has expired." })
    await api.persona().catch(() => {})
    assert.strictEqual(refused(), "The token has expired.")
  })
})
