import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { SourceStates } from "../../src/services/source-states.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import { reviewsOf } from "../../src/sources/connectors/pages.ts"
import { postIntake } from "../../src/sources/post-intake.ts"
import { readArchive } from "../../src/sources/reddit-archive.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { fakeWeb } from "../fakes/web.ts"
import { kept, listing, reading, submission, world } from "./reading.ts"

const seconds = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1000
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
        const [old] = yield* (yield* SourceStates).kept(intake.cityId, ["reddit:r/askseattle"], 10, 60)
        assert.match(old!.id, /^t1_k[14]$/, "what was read lately is looked at again, however long ago it was written")
        const later = join(folder, "later.jsonl")
        writeFileSync(later, line("k4", "[removed]"))
        yield* readArchive(intake, later, 500, undefined)
        assert.deepStrictEqual(
          (yield* kept("reddit:r/askseattle")).map(({ name }) => name),
          ["Comet Tavern"]
        )
        yield* readArchive(intake, plain, 500, undefined)
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
