import { deflateRawSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { fixedOf } from "../../console/bring.js"
import { csvRows, LARGEST_FILE, readFile } from "../../console/bring-files.js"
import { matchPlaces, plainName } from "../../console/bring-match.js"
import { readXml } from "../../console/bring-xml.js"

const ZONE = "Asia/Tokyo"

const file = (name: string, content: string | Uint8Array) => {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content
  return { name, size: bytes.length, arrayBuffer: async () => new Uint8Array(bytes).buffer }
}

const read = (name: string, content: string | Uint8Array) => readFile(file(name, content), ZONE)

const refusal = (name: string, content: string | Uint8Array): Promise<string> =>
  read(name, content).then(
    () => assert.fail("was read"),
    (error: Error) => error.message
  )

/** A zip of one file, with what it claims of its size. */
const zip = (name: string, content: Uint8Array): Uint8Array => {
  const title = Buffer.from(name)
  const packed = deflateRawSync(content)
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  local.writeUInt16LE(8, 8)
  local.writeUInt16LE(title.length, 26)
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(8, 10)
  entry.writeUInt32LE(packed.length, 20)
  entry.writeUInt16LE(title.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(local.length + title.length + packed.length, 16)
  return Buffer.concat([local, title, packed, entry, title, end])
}

const KML = `<?xml version="1.0"?><k:kml xmlns:k="x"><Document><Placemark><name>Caf&#233; &amp; Bar</name>
  <Point><coordinates> 139.7,35.65,0 </coordinates></Point></Placemark>
  <Placemark><name><![CDATA[<b>Tea</b>]]></name></Placemark></Document></k:kml>`

describe("files that travelers bring", () => {
  it("are the saved places of a Takeout, in both of its forms", async () => {
    const { places } = await read(
      "Saved Places.json",
      JSON.stringify({
        type: "FeatureCollection",
        features: [
          {
            geometry: { type: "Point", coordinates: [139.7, 35.65] },
            properties: { location: { name: "Afuri", address: "1-1" } }
          },
          {
            geometry: { type: "Point", coordinates: [0, 0] },
            properties: { Title: "Old form", "Google Maps URL": "http://maps.google.com/?q=35.1,139.2" }
          },
          { geometry: null, properties: { google_maps_url: "https://maps.google.com/?cid=12" } }
        ]
      })
    )
    assert.deepStrictEqual(places, [
      { name: "Afuri", lat: 35.65, lon: 139.7 },
      { name: "Old form", lat: 35.1, lon: 139.2 }
    ])
    const holed = await read(
      "holed.geojson",
      '{"features": [null, {"properties": {"name": "Still here"}}, 7, "x", [1]]}'
    )
    assert.deepStrictEqual(holed, { places: [{ name: "Still here" }], fixed: [], left: 4 })
  })

  it("are lists, whose places may have no coordinates", async () => {
    const { places } = await read(
      "Want to go.csv",
      '\ufeffMy list of ramen\n\nTitle,Note,URL\r\n"Afuri, Ebisu","said ""go""",https://www.google.com/maps/place/Afuri/data=!4m2\nAt a point,,"https://www.google.com/maps/search/35.65,139.7"\n,,\n'
    )
    assert.deepStrictEqual(places, [{ name: "Afuri, Ebisu" }, { name: "At a point", lat: 35.65, lon: 139.7 }])
    assert.deepStrictEqual(csvRows('a,"b\n""c"\nd'), [["a", 'b\n"c'], ["d"]])
    const plain = await read("mine.csv", "name,lat,lon\nHere,1.5,2.5\nNowhere,,\n")
    assert.deepStrictEqual(plain.places, [{ name: "Here", lat: 1.5, lon: 2.5 }, { name: "Nowhere" }])
  })

  it("are KML, packed or not, and GPX", async () => {
    const expected = [{ name: "Café & Bar", lat: 35.65, lon: 139.7 }, { name: "<b>Tea</b>" }]
    assert.deepStrictEqual((await read("a.kml", KML)).places, expected)
    assert.deepStrictEqual((await read("a.KMZ", zip("doc.kml", Buffer.from(KML)))).places, expected)
    const gpx = await read("a.gpx", '<gpx><wpt lat="1.5" lon="-2.5"><name>One</name></wpt><wpt lat="x"/></gpx>')
    assert.deepStrictEqual(gpx.places, [{ name: "One", lat: 1.5, lon: -2.5 }])
    assert.strictEqual(gpx.left, 1)
  })

  it("are bookings of a calendar, on the clocks that they are meant on", async () => {
    const event = (...lines: Array<string>) => ["BEGIN:VEVENT", ...lines, "END:VEVENT"].join("\r\n")
    const { fixed, left } = await read(
      "trip.ics",
      [
        "BEGIN:VCALENDAR",
        event(
          "SUMMARY:Dinner\\, at last",
          "DTSTART;TZID=America/New_York:20260501T190000",
          "DTEND;TZID=America/New_York:20260501T210000",
          "BEGIN:VALARM",
          "SUMMARY:ring",
          "END:VALARM",
          "GEO:40.7;-74"
        ),
        event("SUMMARY:A very long na", " me", "DTSTART:20260502T100000", "DURATION:PT1H30M"),
        event("SUMMARY:Museum", "DTSTART:20260502T100000Z"),
        event("SUMMARY:Whole day", "DTSTART;VALUE=DATE:20260502"),
        event("SUMMARY:Each week", "DTSTART:20260502T100000Z", "RRULE:FREQ=WEEKLY"),
        event("SUMMARY:Backwards", "DTSTART:20260502T100000Z", "DTEND:20260502T090000Z"),
        "END:VCALENDAR"
      ].join("\r\n")
    )
    const instants = fixed.map(({ title, at, until }) => [title, new Date(at).toISOString(), (until - at) / 60_000])
    assert.deepStrictEqual(instants, [
      ["Dinner, at last", "2026-05-01T23:00:00.000Z", 120],
      ["A very long name", "2026-05-02T01:00:00.000Z", 90],
      ["Museum", "2026-05-02T10:00:00.000Z", 60]
    ])
    assert.deepStrictEqual(fixedOf(fixed[0]!, "America/New_York"), {
      ...{ title: "Dinner, at last", kind: "reservation", at: "2026-05-01T19:00", until: "2026-05-01T21:00" },
      ...{ lat: 40.7, lon: -74 }
    })
    assert.strictEqual(left, 3)
  })

  it("are refused in a sentence where they are too large, a bomb, broken, or something else", async () => {
    const huge = { name: "x.json", size: 30_000_000, arrayBuffer: () => assert.fail("was read") }
    const tooLarge = await readFile(huge, ZONE).catch((error: Error) => error.message)
    assert.strictEqual(
      tooLarge,
      "This file has 30 MB; up to 20 MB are read. Export fewer lists at once, or a single one."
    )
    assert.match(await refusal("a.kmz", zip("doc.kml", Buffer.alloc(LARGEST_FILE + 1, 32))), /unpacks to more/)
    assert.match(await refusal("a.kml", `${"<a>".repeat(1000)}`), /unpacks to more/)
    assert.match(await refusal("a.kml", `<!DOCTYPE k [<!ENTITY a "b">]><kml/>`), /declares/)
    for (const [name, content] of [
      ["a.kmz", "no zip"],
      ["a.kmz", zip("readme.txt", Buffer.from("x"))],
      ["a.kmz", Buffer.from(zip("doc.kml", Buffer.from(KML))).fill(7, 40, 60)],
      ["a.json", "{"],
      ["a.json", "null"],
      ["a.geojson", '{"features": [null, 7]}'],
      ["a.kml", "plain text"]
    ] as const) {
      assert.match(await refusal(name, content), /cannot be read/, name)
    }
    assert.match(await refusal("a.exe", "MZ"), /a\.exe is no file that can be read here/)
  })

  it("stay plain text of a bounded length, whatever they hold", async () => {
    const { places } = await read(
      "a.csv",
      `Title,URL\n<script>alert(1)</script>\u0000\u202e,\n${"x".repeat(5000)},\nBad,https://maps.google.com/%E0%A4%A\n`
    )
    assert.strictEqual(places[0]!.name, "<script>alert(1)</script>")
    assert.strictEqual(places[1]!.name.length, 100)
    assert.strictEqual(readXml("<a>&#x110000;&lol;</a>").children[0]!.text, "&lol;")
    const many = JSON.stringify({
      features: Array.from({ length: 3000 }, (_, i) => ({ properties: { name: `Place ${i}` } }))
    })
    const bounded = await read("a.json", many)
    assert.strictEqual(bounded.places.length, 2000)
    assert.strictEqual(bounded.left, 1000)
  })

  it("are read in one pass, however they are made up: none of these would end if each piece were looked for anew", async () => {
    const many = (text: string) => text.repeat(Math.ceil(2_000_000 / text.length))
    const place = "<Placemark><name>Here</name></Placemark>"
    for (const hostile of [
      many("<!--"),
      many("<![CDATA["),
      many("<?"),
      many("<"),
      many("< "),
      `<${many("a")}`,
      many("<a "),
      many("<a b='"),
      many('<a "'),
      `<${many("a")}>`,
      `<a ${many("b")}>`,
      `<a ${many("b=")}>`,
      `<a b=${many(" ")}>`,
      `<a "${many("c='")}">`,
      many("&"),
      `&${many("a")}`
    ]) {
      const { places } = await read("a.kml", `<kml>${place}${hostile}`)
      assert.strictEqual(places[0]?.name, "Here", hostile.slice(0, 20))
    }
    for (const hostile of [many('"'), `"${many("a")}`, many('"""a,'), many('"a,'), many("@1.1 "), `@1.${many("1")}`]) {
      assert.isAtMost((await read("a.csv", `Title,URL\nHere,https://${hostile}`)).places.length, 2000)
      await read("a.csv", hostile)
    }
    const event = (...lines: Array<string>) => `BEGIN:VEVENT\n${lines.join("\n")}\nEND:VEVENT\n`
    for (const hostile of [
      many(";a="),
      many(';a="'),
      many("\\n"),
      many("TZID="),
      many("\n "),
      many(event("SUMMARY:a", "DTSTART:20260502T100000"))
    ]) {
      const good = event("SUMMARY:Here", "DTSTART:20260502T100000")
      assert.strictEqual((await read("a.ics", `${good}SUMMARY${hostile}`)).fixed[0]?.title, "Here")
    }
  })

  it("are XML as it is written: comments, quotes that hold what else ends a tag, and a < that begins nothing", () => {
    const [root] =
      readXml(`<?xml version="1.0" standalone='yes'?><!-- <b> --><x:a y:one="1 > 0" two = 'it is "so"' three four="/">
      1 < 2 <b/><c d="e"/>and <![CDATA[<not a tag>]]> <!-- - -> --> after</x:a>`).children
    assert.deepStrictEqual(root, {
      name: "a",
      attributes: { one: "1 > 0", two: 'it is "so"', four: "/" },
      text: "\n      1 < 2 and <not a tag>  after",
      children: [
        { name: "b", attributes: {}, text: "", children: [] },
        { name: "c", attributes: { d: "e" }, text: "", children: [] }
      ]
    })
  })
})

describe("places that are looked up in a city", () => {
  const node = (id: string, name: string, lat: number, lon: number, names = {}) => ({ id, name, lat, lon, names })
  const nodes = [
    node("a", "Café de l'Ambre", 35.668, 139.763),
    node("b", "Meiji Jingū", 35.676, 139.699, { ja: "明治神宮" }),
    node("c", "Starbucks", 35.66, 139.7),
    node("d", "Starbucks", 35.7, 139.8),
    node("e", "Tower Books", 35.66, 139.701)
  ]

  it("are known by name in any script, by the nearest of a name, or by words in common close by", () => {
    const { found, unknown, elsewhere } = matchPlaces(
      [
        { name: "cafe de l'ambre" },
        { name: "明治神宮" },
        { name: "Starbucks", lat: 35.7, lon: 139.8001 },
        { name: "Tower Bookshop & Records", lat: 35.66, lon: 139.7011 },
        { name: "Nobody's Tower", lat: 35.67, lon: 139.75 },
        { name: "Eiffel", lat: 48.8, lon: 2.3 }
      ],
      nodes
    )
    assert.deepStrictEqual(
      found.map(({ node: { id } }) => id),
      ["a", "b", "d", "e"]
    )
    assert.deepStrictEqual(
      unknown.map(({ name }) => name),
      ["Nobody's Tower"]
    )
    assert.strictEqual(elsewhere, 1)
    assert.strictEqual(plainName("  Café-Ambre!"), "cafe ambre")
  })
})
