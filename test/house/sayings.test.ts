// Reads every sentence that the product can say about the evidence for a place, and refuses a number that no row supports.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { doorsOf, foundAt } from "../../src/domain/catalog/doors.ts"
import { crossReference, EDITOR_CAP } from "../../src/domain/catalog/evidence.ts"
import type { ActivityNode, CountedLine, EditorJudgement } from "../../src/domain/catalog/node.ts"
import { fingerprintOf } from "../../src/domain/catalog/reading/fingerprint.ts"
import * as Sayings from "../../src/domain/catalog/sayings.ts"
import { voicesOf } from "../../src/domain/catalog/voices.ts"
import { acceptedTexts, plainNarrative } from "../../src/domain/narrative.ts"
import { zoneOf } from "../../src/domain/time/zone.ts"
import { evidenceLines } from "../../src/domain/view/node.ts"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as PostgresCatalog from "../../src/layers/postgres/catalog.ts"
import * as Store from "../../src/layers/postgres/catalog-store.ts"
import { Catalog } from "../../src/services/catalog.ts"
import { CitySeeder } from "../../src/services/city-seeder.ts"
import { PlacesSource, PlacesUnavailable } from "../../src/services/places-source.ts"
import * as Seeder from "../../src/sources/city-seeder.ts"
import { place } from "../domain/rankers/fixtures.ts"
import { authorNames } from "../harness/authors.ts"
import { freshDatabase } from "../harness/postgres.ts"
import { fc } from "../support/properties.ts"

const root = join(import.meta.dirname, "../..")

const filesBelow = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : /\.(ts|js)$/.test(name) ? [path] : []
  })

/** The numbers of a sentence: digits, and words that count. */
const numbersIn = (sentence: string): ReadonlyArray<string> => [
  ...(sentence.match(/\d+(?:\.\d+)?/g) ?? []),
  ...(sentence.match(/\b(?:two|three|four|five|several|many|most|dozens?|hundreds?|thousands?)\b/gi) ?? [])
]

const line = fc.record({
  kind: fc.constantFrom("posts" as const, "aggregator" as const, "travelers" as const),
  voice: fc.constantFrom("local" as const, "tourist" as const),
  source: fc.constantFrom("posts:forum", "posts:reddit", "places", "overplanned"),
  count: fc.integer({ min: 1, max: 5000 }),
  score: fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
  licence: fc.constantFrom(null, "CC0")
})

const opinion = fc.option(
  fc.record({
    score: fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
    note: fc.constantFrom(null, "Comics to read, cold brew on tap.")
  })
)

const judgement = fc.record({
  source: fc.constant("curated"),
  licence: fc.constant("Apache-2.0"),
  local: opinion,
  tourist: opinion,
  warning: fc.constantFrom(null, "An hour of queue."),
  uncertainty: fc.constant(0.25)
})

const nodeWith = (lines: ReadonlyArray<CountedLine>, editor: EditorJudgement | undefined, flag: boolean | null) =>
  place("x", "cafe", {
    name: "Cafe",
    overrated_flag: flag,
    quality_signals: {
      local: null,
      tourist: null,
      avoid_mentions: lines.filter((one) => one.voice === "local").reduce((sum, one) => sum + one.count, 0),
      lines,
      ...(editor === undefined ? {} : { editor, flagged_by: "editor" as const })
    }
  })

/** Everything that is said of a place, each sentence with the numbers that it may hold. */
const saidOf = (node: ActivityNode): ReadonlyArray<readonly [sentence: string, allowed: ReadonlyArray<string>]> => {
  const { lines = [], avoid_mentions, editor } = node.quality_signals
  const counts = lines.map((one) => `${one.count}`)
  const forModel = [...lines, editor?.local, editor?.tourist].flatMap((one) =>
    one == null ? [] : one.score.toFixed(2)
  )
  const stop = { node, day: 1, dayPart: "morning" as const, why: [] }
  return [
    [Sayings.evidenceSentence(node), [...counts, `${avoid_mentions}`]],
    [plainNarrative(stop), [...counts, `${avoid_mentions}`]],
    ...evidenceLines(node).map((one) => [one.text, one.count === null ? [] : [`${one.count}`]] as const),
    ...(["local", "tourist"] as const).map(
      (voice) => [Sayings.evidenceForModel(node, voice), [...counts, ...forModel]] as const
    ),
    [Sayings.warningForModel(node), [`${avoid_mentions}`]]
  ]
}

describe("what is said of a place", () => {
  it("holds no number that is not in a row, whatever the rows", () => {
    const property = fc.property(
      fc.array(line, { maxLength: 5 }),
      fc.option(judgement),
      fc.constantFrom(true, false, null),
      (lines, editor, flag) => {
        for (const [sentence, allowed] of saidOf(nodeWith(lines, editor ?? undefined, flag))) {
          for (const number of numbersIn(sentence)) assert.include(allowed, number, sentence)
          if (flag === true && editor === null)
            assert.notMatch(sentence, /\bvisitors (like|do)\b/i, "none of them was counted")
        }
      }
    )
    fc.assert(property, { numRuns: 500 })
  })

  it("counts of what travelers found at its door no more than those people, and names the hour that they came", () => {
    const report = fc.record({
      person: fc.integer({ min: 1, max: 9 }).map(String),
      trip: fc.integer({ min: 1, max: 9 }).map(String),
      open: fc.boolean(),
      weekday: fc.integer({ min: 0, max: 6 }),
      hour: fc.integer({ min: 9, max: 12 })
    })
    const property = fc.property(fc.array(report, { minLength: 3, maxLength: 40 }), fc.nat(167), (reports, hour) => {
      const doors = doorsOf(reports)
      if (doors === undefined) return
      const node = place("x", "cafe", { quality_signals: { local: null, tourist: null, avoid_mentions: 0, doors } })
      const people = (open: boolean) =>
        new Set(reports.filter((one) => one.open === open).map(({ person }) => person)).size
      for (const { count, text } of evidenceLines(node)) {
        assert.deepStrictEqual(numbersIn(text), [`${count}`])
        assert.isAtMost(count!, people(text.includes("found it open")))
      }
      const found = foundAt(doors, zoneOf("Europe/Lisbon")!, Date.UTC(2026, 1, 2, hour))
      if (found === undefined) return
      const said = Sayings.doorSaying(found)
      const time = found.when === undefined ? [] : [`${hour % 24}`.padStart(2, "0"), "00"]
      assert.deepStrictEqual(numbersIn(said), [`${found.people}`, ...time], said)
      assert.isAtMost(found.people, people(found.found === "open"))
    })
    fc.assert(property, { numRuns: 300 })
  })

  it("gives reasons for being called overrated, or for leaving that open, that count what was counted", () => {
    const said = fc.record({
      author: fc.nat(30),
      voice: line.map((one) => one.voice),
      avoid: fc.boolean(),
      month: fc.nat(8)
    })
    const property = fc.property(
      fc.array(line, { maxLength: 5 }),
      fc.option(judgement),
      fc.array(said, { maxLength: 40 }),
      (lines, editor, posts) => {
        const signals = lines.map(({ count, ...one }) => ({
          ...one,
          mentions: count,
          avoid_mentions: Math.floor(count / 3),
          last_seen: null,
          quotes: []
        }))
        const rows = posts.map(({ author, month, ...one }, i) => ({
          ...one,
          source: "forum",
          author: `${author}`,
          sentiment: one.avoid ? 0.1 : 0.9,
          posted_on: `2026-0${1 + month}-05`,
          fingerprint: fingerprintOf(`${(i * 7919).toString(36)} ${(i * 104729).toString(36)} ${author} writes`),
          vibes: []
        }))
        const voices = voicesOf(rows, "2026-11-01")
        const { overrated_flag, summary } = crossReference(signals, editor, voices)
        const node = place("x", "cafe", { overrated_flag, quality_signals: summary })
        const side = (counted: typeof signals, voice: string) =>
          counted.filter((one) => one.voice === voice).reduce((sum, one) => sum + one.mentions, 0)
        const elsewhere = signals.filter(({ kind }) => kind !== "posts")
        const locals = voices.filter(({ voice }) => voice === "local")
        const counted = voices.length === 0 ? signals : elsewhere
        const allowed = [
          ...["local", "tourist"].flatMap((voice) => [
            side(counted, voice),
            side(counted, voice) + voices.filter((one) => one.voice === voice).length
          ]),
          locals.filter(({ avoid }) => avoid).length,
          counted.filter(({ voice }) => voice === "local").reduce((sum, one) => sum + one.avoid_mentions, 0)
        ].map(String)
        const sentences = Sayings.detectorSayings(node)
        assert.isNotEmpty(sentences)
        for (const sentence of sentences) {
          for (const number of numbersIn(sentence)) assert.include(allowed, number, sentence)
          assert.match(sentence, /^[\dA-Z].*\.$/)
        }
        if (/by our editor/.test(Sayings.verdictSaying(node))) assert.isNotNull(editor)
      }
    )
    fc.assert(property, { numRuns: 500 })
    const unknown = place("x", "cafe", { quality_signals: { local: null, tourist: null, avoid_mentions: 0 } })
    assert.deepEqual(Sayings.detectorSayings(unknown), ["Nobody speaks of it yet."])
  })

  it("takes no sentence of a language model that counts people, whom no row supports", () => {
    const accepted = (text: string) => acceptedTexts({ narratives: [{ n: 1, text }] }, 1)[0]
    for (const text of [
      "1,200 reviewers swear by the ramen here.",
      "Hundreds of happy visitors come for the view.",
      "Rated 4.8 stars, and worth the walk.",
      "Most locals come here on Sundays.",
      "Loved by 93% of travelers."
    ]) {
      assert.isUndefined(accepted(text), text)
    }
    for (const text of [
      "Comics to read, cold brew on tap.",
      "Open since 1907, with fish that flies through the air."
    ]) {
      assert.strictEqual(accepted(text), text)
    }
  })

  it("calls an editor an editor, and gives no number to one", () => {
    const editor = {
      source: "curated",
      licence: "Apache-2.0",
      local: { score: 0.2, note: null },
      tourist: { score: 0.9, note: null },
      warning: null,
      uncertainty: 0.25
    }
    const node = nodeWith([], editor, true)
    assert.match(Sayings.evidenceSentence(node), /\beditor\b/)
    for (const one of evidenceLines(node)) {
      assert.match(one.text, /\b[Ee]ditor\b/)
      assert.isNull(one.count)
    }
  })

  it("is worded in one file: nowhere else does a count of evidence stand in a sentence", () => {
    const counted = /\$\{[^}]*\b(?:mentions|avoid_mentions|reviews|ratings)\b[^}]*\}/
    const claims =
      /\b(?:\d+|many|several|most|two|three) (?:local |tourist )?(?:mentions|posts|reviews|locals|visitors)\b/i
    const wrong = ["src", "console"]
      .flatMap((folder) => filesBelow(join(root, folder)))
      .filter((file) => !file.endsWith("domain/catalog/sayings.ts"))
      .flatMap((file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .flatMap((text, at) => {
            const code = /^\s*(?:\*|\/\/|\/\*)/.test(text) ? "" : text
            const quoted = /["'`]/.test(code) && claims.test(code)
            return counted.test(code) || quoted ? [`${relative(root, file)}:${at + 1}: ${text.trim()}`] : []
          })
      )
    assert.deepStrictEqual(wrong, [])
  })
})

const away = Effect.fail(new PlacesUnavailable({ reason: "not_configured", message: "no key" }))
const noPlaces = Layer.succeed(PlacesSource, {
  configured: false,
  search: () => away,
  city: () => away,
  usage: Effect.succeed({ calls: 0, limit: 0 }),
  purge: away
})

const world = Seeder.layer.pipe(
  Layer.provide(Layer.mergeAll(Store.layer, MemoryIndex.layer, authorNames, noPlaces)),
  Layer.provideMerge(PostgresCatalog.layer),
  Layer.provideMerge(freshDatabase())
)

const POSTS = Array.from({ length: 5 }, (_, i) => ({
  source: "forum:seattle",
  id: `n${i}`,
  url: `https://forum.example/${i}`,
  place: "Analog Coffee",
  text: [
    "I live around the corner and come every week: lovely coffee.",
    "My neighbors swear by it, and after ten years I agree. The espresso is superb.",
    "Our street has been drinking here since 2012, a wonderful quiet room.",
    "Friendly people behind the bar, and I live close enough to go daily.",
    "Best flat white around here. As a local I would not go anywhere else."
  ][i]!,
  posted_at: `2026-04-0${i + 1}`
}))

describe("what is said of the places of our own cities", () => {
  layer(world, { excludeTestServices: true })((it) => {
    it.effect("rests on rows: editors stand apart, and each count is that of its documents", () =>
      Effect.gen(function* () {
        const seeder = yield* CitySeeder
        const sql = yield* SqlClient
        const folder = mkdtempSync(join(tmpdir(), "sayings-"))
        const file = join(folder, "posts.jsonl")
        writeFileSync(file, POSTS.map((post) => JSON.stringify(post)).join("\n"))
        for (const city of seeder.curated) yield* seeder.seed({ city, source: "curated" })
        yield* seeder.seed({ city: "seattle", source: "posts", file })
        rmSync(folder, { recursive: true })
        for (const slug of seeder.curated) {
          const { nodes } = yield* (yield* Catalog).city(slug)
          for (const node of nodes) {
            const rows = yield* sql<{ n: number }>`select count(*)::int as n
              from place_mentions m join scraped_posts p on p.id = m.post_id
              where m.activity_node_id = ${node.id} group by p.source, m.voice`
            const counts = rows.map(({ n }) => n)
            for (const one of evidenceLines(node)) {
              if (one.count !== null) assert.include(counts, one.count, node.name)
            }
            const said = Sayings.evidenceSentence(node)
            const note = `${node.quality_signals.editor?.local?.note} ${node.quality_signals.editor?.warning}`
            const supported = [...counts.map(String), ...numbersIn(note)]
            for (const number of numbersIn(said)) assert.include(supported, number, said)
            if (counts.length === 0) assert.match(said, /editor/i, node.name)
            if (counts.length === 0) assert.isAtMost(node.cross_ref_confidence ?? 0, EDITOR_CAP, node.name)
          }
        }
        const { nodes } = yield* (yield* Catalog).city("seattle")
        const coffee = nodes.find((node) => node.name === "Analog Coffee")!
        assert.include(Sayings.evidenceSentence(coffee), "5 posts by locals on forum:seattle")
      })
    )
  })
})
