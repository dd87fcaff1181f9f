/** A trip as files for other programs. */
import { assert, describe, it } from "@effect/vitest"
import { readCalendar } from "../../console/bring-calendar.js"
import { asGeoJson, asGpx, asIcs, asKml } from "../../console/exports.js"

const AT = "2026-05-01T17:00:00Z"
const UNTIL = "2026-05-01T17:45:00Z"

const tripTo = (name: string) => {
  const node = { name, category: "cafe", neighbourhood: "", lat: 1.5, lon: -2.5 }
  const slots = [{ id: "a", order: 1, starts_at: AT, ends_at: UNTIL, time_zone: "America/Los_Angeles", node }]
  return { state_version: 4, fixed: [], days: [{ day: 1, date: "2026-05-01", slots }] }
}

describe("a trip as files", () => {
  it("escapes what strangers wrote, and puts places where they are", () => {
    const trip = tripTo('<x & "y">\u0000')
    for (const text of [asGpx(trip, "A & B"), asKml(trip, "A & B")]) {
      assert.include(text, "&lt;x &amp; &quot;y&quot;&gt;<")
      assert.include(text, "A &amp; B")
      assert.notMatch(text, /<x|\0/)
    }
    assert.include(asGpx(trip, "n"), 'lat="1.5" lon="-2.5"')
    assert.include(asKml(trip, "n"), "<coordinates>-2.5,1.5</coordinates>")
    const { features } = JSON.parse(asGeoJson(trip))
    assert.deepStrictEqual(features[0].geometry.coordinates, [-2.5, 1.5])
  })

  it("takes along what travelers brought and where they sleep, in its place where it has one", () => {
    const at = { day: 1, starts_at: "2026-05-01T16:00:00Z", ends_at: "2026-05-01T16:30:00Z" }
    const trip = {
      ...tripTo("Café"),
      lodging: { lat: 1.25, lon: -2.25 },
      fixed: [
        { ...at, id: "f", kind: "ticket", title: "Opera & more", lat: 1.75, lon: -2.75 },
        { ...at, id: "g", kind: "arrival", title: "Train", lat: null, lon: null }
      ]
    }
    const { features } = JSON.parse(asGeoJson(trip))
    assert.deepStrictEqual(
      features.map(({ geometry, properties }: never) => [properties["name"], geometry?.["coordinates"]]),
      [
        ["Café", [-2.5, 1.5]],
        ["Opera & more", [-2.75, 1.75]],
        ["Train", undefined],
        ["Where you sleep", [-2.25, 1.25]]
      ]
    )
    const kml = asKml(trip, "n")
    const names = [...kml.matchAll(/<Placemark><name>(.*?)<\/name>/g)].map(([, name]) => name)
    assert.deepStrictEqual(names, ["Where you sleep", "Opera &amp; more", "Train", "Café"])
    assert.include(kml, "<coordinates>-2.75,1.75</coordinates>")
    const gpx = asGpx(trip, "n")
    const points = (tag: string) =>
      [...gpx.matchAll(new RegExp(`<${tag} .*?<name>(.*?)</name>`, "g"))].map(([, name]) => name)
    assert.deepStrictEqual(points("wpt"), ["Opera &amp; more", "Café", "Where you sleep"])
    assert.deepStrictEqual(points("rtept"), ["Opera &amp; more", "Café"])
    assert.include(gpx, "Without a place: Train.")
    assert.notInclude(kml + gpx, "null")
  })

  it("says whose data the places are, as their licences ask", () => {
    const trip = {
      ...tripTo("A"),
      attribution: [{ text: "© OpenStreetMap contributors (ODbL-1.0)" }, { text: "B & C (CC0)" }]
    }
    for (const text of [asGpx(trip, "n"), asKml(trip, "n"), asGeoJson(trip), asIcs(trip, "n").replace(/\r\n /g, "")]) {
      assert.include(text, "© OpenStreetMap contributors (ODbL-1.0)")
      assert.match(text, /B &(amp;)? C/)
    }
    assert.lengthOf(readCalendar(asIcs(trip, "n"), "UTC").fixed, 1)
    assert.notMatch(asGpx(tripTo("A"), "n") + asKml(tripTo("A"), "n"), /metadata|description/)
  })

  it("goes into a calendar that reads it back as it was, whatever a place is called", () => {
    const name = `Café; "Zürich", ${"so ".repeat(20)}long\\short`
    const text = asIcs(tripTo(`${name}\r\nBEGIN:VALARM`), "Seattle")
    for (const line of text.split("\r\n")) assert.isAtMost(Buffer.byteLength(line), 75)
    assert.notMatch(text, /^BEGIN:VALARM/m)
    const { fixed } = readCalendar(text, "UTC")
    assert.lengthOf(fixed, 1)
    assert.include(fixed[0]!.title, name)
    assert.strictEqual(fixed[0]!.at, Date.parse(AT))
    assert.strictEqual(fixed[0]!.until, Date.parse(UNTIL))
    assert.deepInclude(fixed[0], { lat: 1.5, lon: -2.5 })
  })
})
