/** What the app says, as a traveler reads it. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import {
  calendarDay,
  changeText,
  clockTime,
  costText,
  inClock,
  localDate,
  pricesText,
  priceText,
  timeSpan,
  zoneText
} from "../../console/format.js"
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
import { fitsToTell, MOODS } from "../../console/plan.js"
import { CATEGORIES } from "../../src/domain/catalog/category.ts"
import { DIETS, fitFor, NEEDS } from "../../src/domain/catalog/fits.ts"
import { doorSaying } from "../../src/domain/catalog/sayings.ts"
import { INTERESTS } from "../../src/domain/persona/interests.ts"
import { openWords } from "../../src/domain/pivot/present.ts"
import { MAX_DAYS } from "../../src/domain/trip/request.ts"
import { Budget, Mood, Open, Pace, SignalType, Trigger, TripStatus } from "../../src/domain/vocabulary.ts"
import { place } from "../domain/rankers/fixtures.ts"

const ZONE = "America/Los_Angeles"

const first = { id: "a", node: { name: "Place a" } }
const trip = { days: [{ day: 1, slots: [first, { id: "b", node: { name: "Place b" } }] }] }

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

  it("write times in sentences of the server as the traveler's device does, and nothing else", () => {
    const american = (sentence: string) => inClock(sentence, "en-US").replace(/\s/g, " ")
    const node = place("p", "museum", { opening_hours: null })
    assert.strictEqual(american(openWords(node, "open", "18:30")), "Open at 6:30 PM")
    assert.strictEqual(inClock(openWords(node, "open", "18:30"), "en-GB"), "Open at 18:30")
    assert.strictEqual(inClock(openWords(node, "open", "18:30"), "fi"), "Open at 18.30")
    assert.strictEqual(
      american(openWords(node, "unknown", "09:05")),
      "Nobody knows its hours: check before you go at 9:05 AM"
    )
    const found = doorSaying({ found: "closed", people: 3, when: { weekday: 1, hour: 0 } })
    assert.strictEqual(american(found), "3 travelers of ours found it closed on Tuesdays around 12:00 AM.")
    assert.strictEqual(
      american("Open 09:00-17:30, (14:00) among others"),
      "Open 9:00 AM-5:30 PM, (2:00 PM) among others"
    )
    assert.strictEqual(american("Open 10:00 among friends"), "Open 10:00 AM among friends")
    // The sun's offset is no time; what stands before it is one.
    assert.strictEqual(american("10:00-(sunset-01:00)"), "10:00 AM-(sunset-01:00)")
    const others = ["at 12:30 PM already", "12:30 p.m.", "2026-05-01T10:15:00Z", "2:1 and 25:00", "10:15:30"]
    for (const other of [...others, "(sunrise+00:30)-(sunset-01:00)", "UTC+02:00", "GMT -07:00"]) {
      assert.strictEqual(american(other), other)
    }
  })

  it("are written alike by the worker, and in no way that an older browser cannot read", () => {
    const folder = join(import.meta.dirname, "../../console")
    const read = (file: string) => readFileSync(join(folder, file), "utf8")
    const rewriting = (file: string) =>
      /const WRITTEN_TIME[\s\S]*\n\nconst withTimes[\s\S]*?\n {2}\)\n/.exec(
        read(file).replaceAll(/\/\*\*.*\*\/\n/g, "")
      )?.[0]
    assert.isString(rewriting("format.js"))
    assert.strictEqual(rewriting("sw.js"), rewriting("format.js"))
    const scripts = readdirSync(folder).filter((file) => file.endsWith(".js"))
    assert.deepStrictEqual(
      scripts.filter((file) => /\(\?<[=!]/.test(read(file))),
      []
    )
  })

  it("tell how dear a place is in the money of the city", () => {
    assert.strictEqual(priceText(2, "JPY"), "¥¥")
    assert.strictEqual(priceText(3, "EUR"), "€€€")
    assert.strictEqual(priceText(0, "EUR"), "free")
    assert.strictEqual(priceText(2, "CHF"), "middling")
    assert.isUndefined(priceText(null, "EUR"))
  })

  it("tell what a day costs as far as anybody said, and of how many stops nobody did", () => {
    const stop = (price_tier: number | null, price_known: boolean, changes: object = {}) => ({
      ...{ price_tier, price_known, booking_needed: false, status: "planned" },
      ...changes
    })
    const known = [stop(0, true), stop(2, true), stop(2, true, { booking_needed: true }), stop(4, true)]
    assert.strictEqual(pricesText(known, "JPY"), "1 × free, 2 × ¥¥, 1 × ¥¥¥¥ · book 1 stop ahead")
    const guessed = [stop(2, false), stop(null, false)]
    assert.strictEqual(
      pricesText([...known.slice(0, 2), ...guessed], "CHF"),
      "at least 1 × free, 1 × middling, 2 stops without a known price"
    )
    assert.strictEqual(pricesText(guessed.slice(1), "JPY"), "1 stop without a known price")
    assert.strictEqual(pricesText([...known, stop(3, true, { status: "skipped" })], "JPY"), pricesText(known, "JPY"))
    assert.strictEqual(costText(stop(2, false), "JPY"), "usually ¥¥")
    assert.strictEqual(costText(stop(2, true), "JPY"), "¥¥")
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
      const fit = fitFor({ category, vibe_tags: [] }, "vegetarian")
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
