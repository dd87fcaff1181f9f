/** Overpass over a loopback socket that misbehaves: nothing crashes, nothing is asked twice, and half an answer is none. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { boxProblem, overpassQuery } from "../../../src/domain/catalog/osm/overpass-query.ts"
import { PLACE_TAGS } from "../../../src/domain/catalog/osm/read.ts"
import * as OverpassWeb from "../../../src/layers/web/overpass.ts"
import { Overpass } from "../../../src/services/overpass.ts"
import { fakeWeb, type Said } from "../../fakes/web.ts"
import { openCityElements } from "../../support/open-city.ts"

const LYON = { south: 45.7, west: 4.77, north: 45.81, east: 4.9 }
const PATH = "/api/interpreter"
const ANSWER = JSON.stringify({ version: 0.6, elements: openCityElements() })

const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "overpass-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

/** What becomes of an extract where the server answers so, one answer after the other and the last one for ever. */
const asking = Effect.fnUntraced(function* (answers: ReadonlyArray<Said>, keptMs = 60_000, pace = 1e6) {
  const web = yield* fakeWeb
  const folder = yield* scratch
  let nr = 0
  web.says(PATH, () => answers[Math.min(nr++, answers.length - 1)]!)
  const layer = OverpassWeb.layer({
    url: new URL(`${web.url}${PATH}`),
    userAgent: "overplanned/test (nobody)",
    folder,
    keptMs,
    maxBytes: 200_000,
    timeoutMs: 1_500,
    pace
  })
  const services = yield* Layer.build(layer)
  const extract = (bounds = LYON) =>
    Effect.flatMap(Overpass, (overpass) => overpass.extract(bounds)).pipe(Effect.provideContext(services))
  /** Everything on the disk but the note of when the server was asked. */
  const kept = () => readdirSync(folder).filter((name) => !name.endsWith(".asked"))
  return { extract, folder, kept, layer, web }
})

describe("an extract from Overpass", () => {
  it("asks for everything that a file of the same city would bring in", () => {
    const query = overpassQuery(LYON, 60)
    for (const key of ["amenity", "waterway", "route", "boundary", "place", "craft"]) {
      assert.include(query, `["${key}"`, key)
    }
    for (const value of ["waterfall", "hiking", "national_park", "square"]) assert.include(query, value)
    assert.include(query, '[~"^(name|name:en|brand)$"~"."]')
    for (const { key } of PLACE_TAGS) assert.include(query, `["${key}"`, key)
  })

  it("takes a box through which the date line runs for as wide as it is", () => {
    const taveuni = { south: -17, west: 179.8, north: -16.6, east: -179.8 }
    assert.isUndefined(boxProblem(taveuni))
    assert.match(boxProblem({ ...taveuni, east: 179.7 })!, /west not before its east/)
    assert.match(boxProblem({ ...taveuni, north: -17 })!, /south/)
  })

  it.live("is asked for by the box of the city, once, and kept", () =>
    Effect.gen(function* () {
      const { extract, kept, web } = yield* asking([{ body: ANSWER }])
      const path = yield* extract()
      assert.strictEqual(readFileSync(path, "utf8"), ANSWER)
      assert.strictEqual(yield* extract(), path)
      assert.strictEqual(web.asked.length, 1, "the second time it comes from the disk")
      const [asked] = web.asked
      assert.include(decodeURIComponent(asked!.body), "[bbox:45.7,4.77,45.81,4.9]")
      assert.match(asked!.headers["user-agent"]!, /^overplanned/)
      yield* extract({ ...LYON, north: 45.8 })
      assert.strictEqual(web.asked.length, 2, "another box is another question")
      assert.strictEqual(kept().length, 2)
    }).pipe(Effect.scoped)
  )

  it.live("is asked for again where it has become old, and after a server that was busy", () =>
    Effect.gen(function* () {
      const { extract, web } = yield* asking(
        [{ status: 429, headers: { "retry-after": "0" } }, { status: 504 }, { body: ANSWER }],
        0
      )
      yield* extract()
      assert.strictEqual(web.asked.length, 3)
      yield* extract()
      assert.strictEqual(web.asked.length, 4)
    }).pipe(Effect.scoped)
  )

  it.live("is asked for no sooner because another process asks, and takes away what a killed one left", () =>
    Effect.gen(function* () {
      // Two a minute, six hundred times as fast: a tenth of a second apart.
      const { extract, folder, kept, layer, web } = yield* asking([{ body: ANSWER }], 60_000, 300)
      const left = join(folder, "answer.json.1.part")
      writeFileSync(left, "half")
      utimesSync(left, new Date(0), new Date(0))
      const began = performance.now()
      yield* extract()
      assert.strictEqual(kept().length, 1, "the abandoned part is gone")
      // Another process knows nothing of this one but what lies on the disk.
      const other = yield* Layer.build(Layer.fresh(layer))
      yield* Effect.flatMap(Overpass, (overpass) => overpass.extract({ ...LYON, north: 45.8 })).pipe(
        Effect.provideContext(other)
      )
      assert.strictEqual(web.asked.length, 2)
      // How long the first was on its way says nothing. What a file's time says is whole milliseconds.
      assert.isAtLeast(web.asked[1]!.at - began, 95)
    }).pipe(Effect.scoped)
  )

  const BROKEN: ReadonlyArray<readonly [what: string, said: Said, sentence: RegExp]> = [
    ["a page that is no JSON", { body: "<html>runtime error</html>" }, /no JSON/],
    ["JSON without elements", { body: "{}" }, /no list of elements/],
    [
      "an answer that ran out of time",
      { body: JSON.stringify({ elements: [], remark: "runtime error: timed out" }) },
      /timed out/
    ],
    ["an answer without end", { endless: true }, /bytes/],
    ["one that stalls", { stalls: true }, /did not answer whole/],
    ["one whose end is missing", { body: ANSWER.slice(0, -3) }, /ends in the middle/],
    ["one with an element that is none", { body: ANSWER.replace('"lat":', '"lat":?') }, /no JSON/],
    ["one that breaks off", { breaks: true }, /could not be read/],
    ["a refusal", { status: 400 }, /answers 400/],
    ["a server that stays busy", { status: 503, headers: { "retry-after": "0" } }, /answers 503, also when/]
  ]
  for (const [what, said, sentence] of BROKEN) {
    it.live(`is none where the server gives ${what}, and nothing of it is kept`, () =>
      Effect.gen(function* () {
        const { extract, kept } = yield* asking([said])
        const { message } = yield* Effect.flip(extract())
        assert.match(message, sentence)
        assert.deepStrictEqual(kept(), [])
      }).pipe(Effect.scoped)
    )
  }

  it.live("is not asked for a box that is no city", () =>
    Effect.gen(function* () {
      const { extract, web } = yield* asking([{ body: ANSWER }])
      assert.match((yield* Effect.flip(extract({ ...LYON, north: 47 }))).message, /wide or high/)
      assert.match((yield* Effect.flip(extract({ ...LYON, west: 5 }))).message, /west not before its east/)
      assert.strictEqual(web.asked.length, 0)
    }).pipe(Effect.scoped)
  )
})
