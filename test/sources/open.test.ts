import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { parquetWriteFile } from "hyparquet-writer"
import { parseHours } from "../../src/domain/catalog/hours/hours.ts"
import { fromFeatures } from "../../src/sources/open/geojson.ts"
import { hoursInWords } from "../../src/sources/open/hours-in-words.ts"
import { readOverture } from "../../src/sources/open/overture.ts"
import { fromWikitext } from "../../src/sources/open/wikivoyage.ts"

const folder = mkdtempSync(join(tmpdir(), "open-sources-"))
afterAll(() => rmSync(folder, { recursive: true }))

describe("GeoJSON", () => {
  it("is read with tags or with categories of ours, and counts what it cannot use", () => {
    const at = (lon: number, lat: number) => ({ type: "Point", coordinates: [lon, lat] })
    const square = [
      [7, 45],
      [7.01, 45],
      [7.01, 45.01],
      [7, 45.01],
      [7, 45]
    ]
    const { extract, licence } = fromFeatures({
      type: "FeatureCollection",
      licence: "CC-BY-4.0",
      features: [
        {
          type: "Feature",
          id: 1,
          geometry: at(7, 45),
          properties: { amenity: "cafe", name: "Bar Uno", wheelchair: true }
        },
        {
          type: "Feature",
          id: 2,
          geometry: { type: "Polygon", coordinates: [square] },
          properties: { category: "park", name: "Parco" }
        },
        { type: "Feature", id: 3, geometry: null, properties: { category: "museum", name: "Nowhere" } },
        { type: "Feature", id: 4, geometry: at(7, 45), properties: { amenity: "bank", name: "Banca" } },
        "nonsense"
      ]
    })
    assert.strictEqual(licence, "CC-BY-4.0")
    assert.deepStrictEqual(
      extract.places.map(({ ref, place }) => [ref, place.kind.category]),
      [
        ["feature/1", "cafe"],
        ["feature/2", "park"]
      ]
    )
    assert.strictEqual(extract.places[0]!.place.facts.wheelchair, "yes")
    assert.approximately(extract.places[1]!.lat, 45.005, 1e-6)
    assert.strictEqual(extract.leftOut.get("has no position in this file"), 1)
    assert.lengthOf(extract.broken, 1)
    assert.throws(() => fromFeatures({ type: "Feature" }))
  })

  it("knows a place without an id by what it is and where, wherever in the file it stands", () => {
    const feature = (name: string, lon: number) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon, 45] },
      properties: { amenity: "cafe", name }
    })
    const refs = (features: ReadonlyArray<unknown>) =>
      new Map(
        fromFeatures({ type: "FeatureCollection", features }).extract.places.map(({ ref, place }) => [place.name, ref])
      )
    const before = refs([feature("Uno", 7), feature("Due", 7.1)])
    const after = refs([feature("Zero", 7.2), feature("Uno", 7), feature("Due", 7.1)])
    assert.strictEqual(new Set(after.values()).size, 3)
    for (const [name, ref] of before) assert.strictEqual(after.get(name), ref, name)
  })
})

describe("an article of Wikivoyage", () => {
  it("gives its listings with hours, links and the day of their last edit", () => {
    const extract = fromWikitext(`
== See ==
* {{see | name=[[Museo Civico|Museo Civico]] | alt=Civic Museum | url=https://museo.example/ | lat=45.07 | long=7.68
| hours=Tu-Su 10AM-6PM | price=free | wikidata=Q42 | lastedit=2026-03-01 | content=Quiet. {{IATA|TRN}} }}
* {{listing | type=eat | name=Da Nino | lat=45.071 | long=7.681 | hours=daily noon-11PM }}
* {{sleep | name=Hotel | lat=45 | long=7 }}
* {{drink | name=No position }}
* {{see | name=Broken | lat=`)
    assert.deepStrictEqual(
      extract.places.map(({ place }) => [place.name, place.kind.category, place.opening_hours]),
      [
        ["Museo Civico", "museum", "Tu-Su 10:00-18:00"],
        ["Da Nino", "restaurant", "Mo-Su 12:00-23:00"]
      ]
    )
    const [museum] = extract.places
    assert.deepInclude(museum!.place, { checked: "2026-03-01", price_tier: 0, external_ids: { wikidata: "Q42" } })
    assert.strictEqual(museum!.place.facts.website, "https://museo.example/")
    assert.strictEqual(extract.leftOut.get("has no position in this file"), 1)
  })

  it("leaves out listings of a kind that only every object knows", () => {
    const extract = fromWikitext(
      "* {{listing | type=constructor | name=Odd | lat=47.6 | long=-122.3 | content=So so.}}"
    )
    assert.deepStrictEqual(extract.places, [])
  })

  it("reads times as visitors write them", () => {
    const said = {
      "Mon–Fri 9AM–5:30PM": "Mo-Fr 09:00-17:30",
      "12AM-12PM": "00:00-12:00",
      "M-Sa 11AM-10PM, Su noon-9PM": "Mo-Sa 11:00-22:00, Su 12:00-21:00",
      "Tu-Sa 6-11PM": "Tu-Sa 18:00-23:00",
      "9-noon, 1-5PM": "09:00-12:00, 13:00-17:00",
      "10-3PM & 8PM-midnight": "10:00-15:00,20:00-00:00",
      "W–M 9.30am to 5.30pm": "We-Mo 09:30-17:30",
      "open daily 10:00-18:00h (last entry 5PM)": "open Mo-Su 10:00-18:00",
      "10AM-5PM, closed Mondays and public holidays": "10:00-17:00; Mo,PH off",
      "F Sa 7PM till late": "Fr Sa 19:00+",
      "Apr-Oct daily 9AM-6PM; Nov-Mar weekends 0900-1600": "Apr-Oct Mo-Su 09:00-18:00; Nov-Mar Sa-Su 09:00-16:00",
      "Open 24 hours": "24/7",
      "sunrise-sunset": "sunrise-sunset"
    }
    assert.deepStrictEqual(Object.fromEntries(Object.keys(said).map((text) => [text, hoursInWords(text)])), said)
  })

  it("makes no hours of what could be read in two ways", () => {
    for (const text of [
      ...["ask the guard", "6-11", "9:30-5:00", "9AM-5", "Closed Tuesdays", "M-F", "9AM-5PM, M-F", "1900-2100"],
      ...["Tu–Su 10:00–18:00 (Th until 20:00)", "summer 9AM-8PM", "10AM-6PM, by appointment"]
    ]) {
      const said = hoursInWords(text)
      assert.isTrue(said.startsWith(text), said)
      assert.isTrue(Result.isFailure(parseHours(said, "US")), said)
    }
  })

  it("takes for free what is free for everybody alone", () => {
    const price = (text: string) =>
      fromWikitext(`* {{see | name=Museo | lat=45 | long=7 | price=${text} }}`).places[0]!.place.facts.fee
    assert.deepStrictEqual(
      ["Free", "Free admission.", "free (donations welcome)", "¥500, children free", "Free on Sundays, else €5"].map(
        price
      ),
      [false, false, false, undefined, undefined]
    )
  })
})

describe("a release of Overture", () => {
  const point = (lon: number, lat: number) => {
    const bytes = Buffer.alloc(21)
    bytes.writeUInt8(1)
    bytes.writeUInt32LE(1, 1)
    bytes.writeDoubleLE(lon, 5)
    bytes.writeDoubleLE(lat, 13)
    return new Uint8Array(bytes)
  }
  const write = () => {
    const path = join(folder, "overture.parquet")
    parquetWriteFile({
      filename: path,
      columnData: [
        { name: "id", data: ["08f1", "08f2", "08f3", "08f4"], type: "STRING" },
        { name: "geometry", data: [7.1, 7.2, 7.3, 7.4].map((lon) => point(lon, 45)), type: "BYTE_ARRAY" },
        {
          name: "names",
          data: ["Caffè Uno", "Museo", "Banca", "Forse"].map((primary) => ({
            primary,
            common: { en: `${primary} (en)` }
          })),
          type: "JSON"
        },
        {
          name: "categories",
          data: [["coffee_shop"], ["museum"], ["bank"], ["museum"]].map(([primary]) => ({ primary, alternate: [] })),
          type: "JSON"
        },
        { name: "confidence", data: [0.9, 0.8, 0.9, 0.2], type: "DOUBLE" },
        { name: "websites", data: [["https://uno.example/"], [], [], []], type: "JSON" }
      ]
    })
    return path
  }

  it("gives what exists for sure, of a category of ours", async () => {
    const extract = await readOverture(write(), () => undefined)
    assert.deepStrictEqual(extract.broken, [])
    assert.deepStrictEqual(
      extract.places.map(({ ref, lat, lon, place }) => [ref, lat, lon, place.name, place.kind.category]),
      [
        ["place/08f1", 45, 7.1, "Caffè Uno", "cafe"],
        ["place/08f2", 45, 7.2, "Museo", "museum"]
      ]
    )
    assert.deepInclude(extract.places[0]!.place.names, { en: "Caffè Uno (en)" })
    assert.strictEqual(extract.places[0]!.place.facts.website, "https://uno.example/")
    assert.strictEqual(extract.leftOut.size, 2)
  })

  it("is read by the release's own names of kinds, in its older columns and its newer ones", async () => {
    const kinds = [
      "history_museum",
      "church_cathedral",
      "cocktail_bar",
      "theatre",
      "bookstore",
      "ramen_restaurant",
      "dentist"
    ]
    const path = join(folder, "kinds.parquet")
    const read = async (column: string, data: ReadonlyArray<unknown>) => {
      parquetWriteFile({
        filename: path,
        columnData: [
          { name: "id", data: kinds, type: "STRING" },
          { name: "geometry", data: kinds.map(() => point(7, 45)), type: "BYTE_ARRAY" },
          { name: "names", data: kinds.map((primary) => ({ primary })), type: "JSON" },
          { name: column, data: [...data], type: "JSON" }
        ]
      })
      const { leftOut, places } = await readOverture(path, () => undefined)
      return [places.map(({ place }) => place.kind.category), [...leftOut.keys()]]
    }
    const wanted = [
      ["museum", "temple", "bar", "theatre", "bookstore", "restaurant"],
      ["is no place to visit (dentist)"]
    ]
    const older = kinds.map((primary) => ({ primary, alternate: [] }))
    assert.deepStrictEqual(await read("categories", older), wanted)
    const newer = kinds.map((primary) => ({ primary, hierarchy: ["something_broad", primary], alternates: null }))
    assert.deepStrictEqual(await read("taxonomy", newer), wanted)
  })

  it("is refused in a sentence where half of the file is missing", async () => {
    const path = write()
    truncateSync(path, 300)
    let said = ""
    await readOverture(path, () => undefined).catch((cause: Error) => {
      said = cause.message
    })
    assert.notStrictEqual(said, "")
    const other = join(folder, "other.parquet")
    writeFileSync(other, "not a parquet file at all")
    let also = ""
    await readOverture(other, () => undefined).catch((cause: Error) => {
      also = cause.message
    })
    assert.notStrictEqual(also, "")
  })
})
