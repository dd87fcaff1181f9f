import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { hash128, uuidOfName } from "../../src/domain/basics/hash.ts"
import { CatalogStore } from "../../src/services/catalog-store.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import type { SourceSetting } from "../../src/sources/connectors/connector.ts"
import { reviewsOf } from "../../src/sources/connectors/pages.ts"
import { postIntake } from "../../src/sources/post-intake.ts"
import { readArchive } from "../../src/sources/reddit-archive.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { fakeWeb } from "../fakes/web.ts"
import { kept, reading, world } from "./reading.ts"

const seconds = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000
/** Posts of the last weeks are looked at again. */
const LATELY = Math.floor(Date.now() / 1000) - 5 * 86_400
const submission = (id: string, title: string, selftext: string, more: object = {}) => ({
  kind: "t3",
  data: {
    id,
    name: `t3_${id}`,
    subreddit: "Seattle",
    author: `author-${id}`,
    title,
    selftext,
    created_utc: LATELY + Number.parseInt(id, 36),
    permalink: `/r/Seattle/comments/${id}/`,
    ...more
  }
})
const listing = (children: ReadonlyArray<unknown>, after: string | null = null) => ({
  body: JSON.stringify({ kind: "Listing", data: { children, after } })
})

describe("sources of posts", () => {
  layer(world, { excludeTestServices: true })((it) => {
    it.effect("reads Reddit as an application, goes on where it was left, and forgets what its authors take back", () =>
      Effect.gen(function* () {
        yield* seedCity(yield* fromCurated("seattle"))
        const server = yield* fakeWeb
        const sources = yield* reading(server.url, [
          { name: "r-seattle", city: "seattle", kind: "reddit", subreddits: ["Seattle"], voice: "local" }
        ])
        let posts = [
          submission("c", "Dinner", "Canon was wonderful."),
          submission("b", "Nothing", "Who lost a dog?"),
          submission("a", "Sunset", "Skip Kerry Park, it is a tourist trap.")
        ]
        server.says("/token", ({ headers, body }) =>
          headers.authorization === `Basic ${Buffer.from("app:word").toString("base64")}` &&
          body.includes("client_credentials")
            ? { body: JSON.stringify({ access_token: "opened" }) }
            : { status: 401 }
        )
        server.says("/r/Seattle/new", ({ headers }) =>
          headers.authorization === "Bearer opened" ? listing(posts) : { status: 403 }
        )
        server.says("/r/Seattle/comments", listing([]))
        server.says("/api/info", ({ path }) => listing(posts.filter(({ data }) => path.includes(data.name))))

        const [first] = yield* sources.read("seattle", "reddit", 500)
        assert.deepInclude(first, { new: 2, silent: 1, removed: 0, error: null })
        const rows = yield* kept("reddit:r/seattle")
        assert.deepStrictEqual(
          rows.map(({ external_id, name, stance }) => [external_id, name, stance]),
          [
            ["t3_a", "Kerry Park", "warn"],
            ["t3_c", "Canon", "praise"]
          ]
        )
        assert.match(rows[0]!.author!, /^[0-9a-f]{32}$/)

        posts = [
          submission("d", "Later", "Off Alley is superb."),
          submission("c", "Dinner", "Canon was awful, I take it back."),
          submission("a", "Sunset", "[removed]", { author: "[deleted]" })
        ]
        const [second] = yield* sources.read("seattle", "reddit", 500)
        assert.deepInclude(second, { new: 2, removed: 1, error: null })
        assert.deepStrictEqual(
          (yield* kept("reddit:r/seattle")).map(({ external_id, stance }) => [external_id, stance]),
          [
            ["t3_c", "warn"],
            ["t3_d", "praise"]
          ]
        )
        const [third] = yield* sources.read("seattle", "reddit", 500)
        assert.deepInclude(third, { new: 0, changed: 0, removed: 0 })
        const [listed] = yield* sources.list
        assert.deepInclude(listed!.state, { runs: 3, failures: 0, last_new: 0 })
      })
    )

    it.effect("says what went wrong, keeps its place, and lets the others be read", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const other = yield* fakeWeb
        const sources = yield* reading(server.url, [
          { name: "broken", city: "seattle", kind: "feed", url: `${server.url}/feed` },
          { name: "fine", city: "seattle", kind: "feed", url: `${other.url}/feed` },
          { name: "unseeded", city: "nowhere", kind: "feed", url: `${other.url}/feed` }
        ])
        server.says("/feed", { status: 500 })
        other.says("/feed", ({ headers }) =>
          headers["if-none-match"] === '"1"'
            ? { status: 304 }
            : {
                headers: { etag: '"1"', "content-type": "application/rss+xml" },
                body: `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>A blog</title>
                  <item><title>A morning</title><guid>g1</guid><link>https://blog.example/1</link><pubDate>Mon, 05 Oct 2026 08:00:00 GMT</pubDate>
                  <content:encoded><![CDATA[<p>We live nearby. <b>Cafe Selam</b> never disappoints.</p>]]></content:encoded></item></channel></rss>`
              }
        )
        const runs = yield* sources.readDue
        assert.deepStrictEqual(
          runs.map(({ name, error }) => [name, error === null]),
          [
            ["broken", false],
            ["fine", true],
            ["unseeded", false]
          ]
        )
        assert.deepStrictEqual(
          (yield* kept(`feed:${other.host}`)).map(({ name, stance }) => [name, stance]),
          [["Cafe Selam", "praise"]]
        )
        const due = yield* sources.readDue
        assert.deepStrictEqual(
          due.map(({ name }) => name),
          ["unseeded"],
          "what was read just now is not due"
        )
        const again = yield* sources.read("seattle", "feed", 100)
        assert.deepInclude(again[1], { new: 0, unchanged: 0, error: null })
        assert.strictEqual(
          other.askedFor("/feed").filter(({ headers }) => headers["if-none-match"] === '"1"').length,
          1
        )
      })
    )

    it.effect("reads a forum from its newest post down to the last one that it knows", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const sources = yield* reading(server.url, [
          { name: "forum", city: "seattle", kind: "discourse", url: server.url }
        ])
        const post = (id: number, cooked: string, more: object = {}) => ({
          id,
          username: `u${id}`,
          cooked,
          created_at: "2026-10-02T10:00:00Z",
          version: 1,
          ...more
        })
        server.says("/posts.json", ({ path }) => {
          const page = path.includes("before=3")
            ? [post(2, "<p>Spinasse was superb.</p>"), post(1, "<p>Old.</p>")]
            : path.includes("before")
              ? []
              : [post(4, "<p>Neumos has gone downhill.</p>"), post(3, "<p>hello</p>", { hidden: true })]
          return { body: JSON.stringify({ latest_posts: page }) }
        })
        const [first] = yield* sources.read("seattle", "discourse", 100)
        assert.deepInclude(first, { new: 2, error: null })
        assert.deepStrictEqual(
          (yield* kept(`forum:${server.host}`)).map(({ name, stance }) => [name, stance]),
          [
            ["Spinasse", "praise"],
            ["Neumos", "warn"]
          ]
        )
        const before = server.askedFor("/posts.json").length
        yield* sources.read("seattle", "discourse", 100)
        assert.strictEqual(
          server.askedFor("/posts.json").length,
          before + 1,
          "no page behind the last known post is asked for"
        )
      })
    )

    it.effect(
      "counts for neither side who does not say which one is theirs, unless the operator knows it of the source",
      () =>
        Effect.gen(function* () {
          const server = yield* fakeWeb
          const post = (id: string, words: string) => submission(id, "Out", words, { subreddit: "travel" })
          server.says("/token", { body: JSON.stringify({ access_token: "opened" }) })
          const posts = listing([
            post("9", "Spinasse was superb."),
            post("8", "Spinasse is wonderful, and I live around the corner."),
            post("7", "On our trip to Seattle we loved Spinasse, it was wonderful.")
          ])
          server.says("/r/travel/new", posts)
          server.says("/r/travel/comments", listing([]))
          server.says("/api/info", posts)
          const travel = { name: "r-travel", city: "seattle", kind: "reddit" as const, subreddits: ["travel"] }
          const sql = yield* SqlClient
          const counted = sql<{ voice: string; mentions: number }>`
          select voice, mentions from quality_signals where source = 'posts:reddit:r/travel' order by voice`
          const run = (setting: SourceSetting) =>
            Effect.flatMap(reading(server.url, [setting]), (sources) => sources.read("seattle", "reddit", 100))
          assert.deepInclude((yield* run(travel))[0], { new: 3, error: null })
          const each = [
            { voice: "local", mentions: 1 },
            { voice: "tourist", mentions: 1 }
          ]
          assert.deepStrictEqual(
            (yield* counted).map((row) => ({ ...row })),
            each
          )
          yield* sql`delete from post_sources where name = 'r-travel'`
          yield* run({ ...travel, voice: "tourist" })
          assert.deepStrictEqual(
            (yield* counted).map((row) => ({ ...row })),
            [each[0], { voice: "tourist", mentions: 2 }]
          )
        })
    )

    it.effect("lets nobody take over what others wrote by writing it again, nor delete it with the copies", () =>
      Effect.gen(function* () {
        const intake = yield* postIntake("seattle")
        const store = yield* CatalogStore
        const sql = yield* SqlClient
        const words = "cold soup|a long wait|rude at the door|dear for what it is|dull wine|a noisy room".split("|")
        const post = (id: string, author: string, i: number) => ({
          source: "reddit:r/copies",
          id,
          author,
          voice: "local" as const,
          posted_at: `2026-0${1 + (i % 6)}-10`,
          text: `Spinasse was awful: ${words[i % 6]}, ${words[(i * 5 + 1) % 6]} and number ${"abcdefghijklmnopqrst"[i]!.repeat(9)} of it.`
        })
        const rows = (one: (i: number) => ReturnType<typeof post>) =>
          Array.from({ length: 20 }, (_, i) => Result.getOrThrow(intake.readable(one(i))).row)
        const counted = Effect.map(
          sql<{ mentions: number; avoid: number }>`select mentions, avoid_mentions as avoid from quality_signals
            where source = 'posts:reddit:r/copies' and voice = 'local'`,
          ([row]) => ({ ...row! })
        )
        yield* intake.take(rows((i) => post(`t3_a${i}`, `honest ${i}`, i)))
        const before = yield* counted
        assert.isAtLeast(before.mentions, 8, "several of them sound alike, and count once")
        const copies = yield* intake.take(rows((i) => post(`t3_b${i}`, "copier", i)))
        assert.deepStrictEqual([copies.new, copies.changed], [20, 0])
        assert.deepStrictEqual(yield* counted, before)
        const ids = Array.from({ length: 20 }, (_, i) => `t3_b${i}`)
        assert.strictEqual((yield* store.removePosts(intake.cityId, "reddit:r/copies", ids)).removed, 20)
        assert.deepStrictEqual(yield* counted, before)
      })
    )

    it.effect(
      "takes posts that were kept when only their words told them apart for the same, and counts them once",
      () =>
        Effect.gen(function* () {
          const intake = yield* postIntake("seattle")
          const sql = yield* SqlClient
          const rows = [{ id: "7", author: "one" }, { author: "two" }, {}].map(
            (who, i) =>
              Result.getOrThrow(
                intake.readable({
                  ...who,
                  source: "forum:older",
                  text: `Spinasse was wonderful ${"once twice thrice".split(" ")[i]}.`
                })
              ).row
          )
          const older = rows.map((row) => {
            const content_hash = hash128(row.raw_text)
            return { ...row, content_hash, id: uuidOfName("overplanned/post", "seattle", row.source, content_hash) }
          })
          yield* intake.take(older)
          yield* intake.take(rows)
          const ids = yield* sql<{ id: string }>`select id from scraped_posts where source = 'forum:older' order by id`
          assert.deepStrictEqual(
            ids.map(({ id }) => id),
            rows.map(({ id }) => id).sort()
          )
          assert.strictEqual(
            rows[2]!.id,
            older[2]!.id,
            "where nothing but its words is known, they are what it is known by"
          )
        })
    )

    it.effect("reads reviews as data of schema.org, and only where that is permitted", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const urls = [`${server.url}/a`]
        const page = `<html><script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Restaurant","name":"Canlis","geo":{"latitude":47.643,"longitude":-122.3468},
          "review":[{"@type":"Review","author":{"@type":"Person","name":"Somebody"},"datePublished":"2026-09-01","reviewBody":"A wonderful evening, worth every minute."},{"@type":"Review","reviewBody":7}]}]}</script></html>`
        server.says("/a", { body: page })
        const off = yield* reading(server.url, [{ name: "pages", city: "seattle", kind: "pages", urls }])
        assert.match((yield* off.read("seattle", "pages", 10))[0]!.error!, /permitted/)
        assert.strictEqual(server.asked.length, 0)
        const on = yield* reading(server.url, [
          { name: "pages", city: "seattle", kind: "pages", urls, permitted: "by the owner, in a letter" }
        ])
        assert.deepInclude((yield* on.read("seattle", "pages", 10))[0], { new: 1, error: null })
        assert.deepStrictEqual(
          (yield* kept(`pages:${server.host}`)).map(({ name, stance }) => [name, stance]),
          [["Canlis", "praise"]]
        )
        const of = (author: string, reviewBody: string) => ({ "@type": "Review", author, reviewBody })
        const two = { "@type": "Bar", name: "Canon", review: [of("Sam", "A great bar."), of("Sam", "Awful now.")] }
        server.says("/a", { body: `<script type="application/ld+json">${JSON.stringify(two)}</script>` })
        for (const expected of [
          { new: 2, removed: 1 },
          { new: 0, changed: 0, unchanged: 2, removed: 0 }
        ]) {
          assert.deepInclude((yield* on.read("seattle", "pages", 10))[0], expected)
          assert.strictEqual((yield* kept(`pages:${server.host}`)).length, 2, "two reviews of one author are two")
        }
        assert.deepStrictEqual(
          reviewsOf('<script type="application/ld+json">{ broken</script>', "https://a.example/", undefined),
          []
        )
      })
    )

    it.effect("reads archives of Reddit, packed or not, up to a break in them", () =>
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "archive-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true }))
        )
        const line = (id: string, body: string, more: object = {}) =>
          JSON.stringify({
            id,
            subreddit: "AskSeattle",
            author: `a${id}`,
            body,
            created_utc: String(seconds("2025-05-05")),
            ...more
          })
        const lines = [
          line("k1", "Comet Tavern is a treasure."),
          "not json",
          line("k2", "[deleted]"),
          line("k3", "Nothing of any place."),
          line("k4", "Unicorn was awful.")
        ]
        const path = join(folder, "comments.zst")
        writeFileSync(path, zstdCompressSync(Buffer.from(lines.join("\n"))))
        const intake = yield* postIntake("seattle")
        const read = yield* readArchive(intake, path, 500, undefined)
        assert.deepInclude(read.total, { new: 2 })
        assert.deepStrictEqual(Object.values(read.leftOut), [1, 1, 1])
        const plain = join(folder, "comments.jsonl")
        writeFileSync(plain, lines.join("\n"))
        assert.deepInclude((yield* readArchive(intake, plain, 500, undefined)).total, { new: 0, unchanged: 2 })
        const half = join(folder, "half.zst")
        const many = Array.from({ length: 5_000 }, (_, i) =>
          line(`z${i}`, `Number ${Math.sin(i)} ${Math.cos(i)} of nothing.`)
        )
        const packed = zstdCompressSync(Buffer.from(`${line("k5", "Canon was wonderful.")}\n${many.join("\n")}`))
        writeFileSync(half, packed.subarray(0, packed.length - 20_000))
        const broken = yield* Effect.result(readArchive(intake, half, 50_000, undefined))
        if (Result.isFailure(broken)) assert.fail(broken.failure.message)
        assert.deepInclude(broken.success.total, { new: 1 })
        assert.match(broken.success.broken.join(), /its end is missing\. What was read until there is kept/)
        const nameless = join(folder, "upload")
        writeFileSync(nameless, zstdCompressSync(Buffer.from(lines.join("\n"))))
        assert.deepInclude((yield* readArchive(intake, nameless, 500, undefined)).total, { new: 0, unchanged: 2 })
        const garbage = join(folder, "garbage.zst")
        writeFileSync(garbage, "no archive at all")
        assert.match((yield* Effect.flip(readArchive(intake, garbage, 10, undefined))).message, /cannot be read on/)
      })
    )
  })
})
