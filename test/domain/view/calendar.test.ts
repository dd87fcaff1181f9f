import { assert, describe, it } from "@effect/vitest"
import { tripCalendar } from "../../../src/domain/view/calendar.ts"

const slot = (name: string, narrative: string | null) => ({
  id: "a",
  starts_at: "2026-05-01T17:00:00.000Z",
  ends_at: "2026-05-01T18:00:00.000Z",
  status: "planned",
  narrative,
  node: { name, neighbourhood: "Ballard", lat: 47.6, lon: -122.3 }
})

const trip = (name: string, narrative: string | null = null, ...attribution: ReadonlyArray<string>) =>
  ({
    attribution: attribution.map((one) => ({ text: one })),
    status: "planning",
    state_version: 3,
    days: [{ slots: [slot(name, narrative)] }],
    fixed: [
      {
        id: "b",
        title: name,
        starts_at: "2026-05-01T19:00:00.000Z",
        ends_at: "2026-05-01T20:00:00.000Z",
        lat: null,
        lon: null
      }
    ]
  }) as unknown as Parameters<typeof tripCalendar>[0]

describe("a trip as a calendar", () => {
  it("tells each stop in UTC, under an identity that stays", () => {
    const lines = tripCalendar(trip("Café"), "Seattle", Date.UTC(2026, 3, 1)).split("\r\n")
    assert.includeMembers(lines, [
      "DTSTART:20260501T170000Z",
      "DTEND:20260501T180000Z",
      "DTSTAMP:20260401T000000Z",
      "UID:a@overplanned",
      "SEQUENCE:3",
      "SUMMARY:Café",
      "DTSTART:20260501T190000Z",
      "UID:b@overplanned"
    ])
  })

  it("says whose data the places are", () => {
    const from = (...sources: ReadonlyArray<string>) =>
      tripCalendar(trip("Café", null, ...sources), "Seattle", 0).replaceAll("\r\n ", "")
    assert.include(
      from("Map data, its licence", "A guide"),
      "\r\nDESCRIPTION:Sources: Map data\\, its licence\\; A guide\r\n"
    )
    assert.notInclude(from(), "Sources:")
  })

  it("lets no name break out of its line, and folds long ones between characters", () => {
    const hostile = `a;b,c\\d\r\nEND:VCALENDAR\u0007${"é".repeat(90)}`
    const text = tripCalendar(trip(hostile, hostile), "Seattle", 0)
    const lines = text.split("\r\n")
    assert.lengthOf(
      lines.filter((line) => line === "END:VCALENDAR"),
      1
    )
    for (const line of lines) assert.isAtMost(Buffer.byteLength(line), 75)
    const unfolded = text.replaceAll("\r\n ", "")
    assert.include(unfolded, `SUMMARY:a\\;b\\,c\\\\d\\nEND:VCALENDAR ${"é".repeat(90)}\r\n`)
  })
})
