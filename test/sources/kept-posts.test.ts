/** Whose posts are whose, and that none of them is left out: by copies, by limits, by a subreddit that cannot be had. */
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { hash128, uuidOfName } from "../../src/domain/basics/hash.ts"
import { CatalogStore } from "../../src/services/catalog-store.ts"
import { fromCurated } from "../../src/sources/city-files.ts"
import type { SourceSetting } from "../../src/sources/connectors/connector.ts"
import { postIntake } from "../../src/sources/post-intake.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { fakeWeb } from "../fakes/web.ts"
import { kept, listing, reading, submission, world } from "./reading.ts"

describe("kept posts", () => {
  layer(world, { excludeTestServices: true })((it) => {
    it.effect("reads the subreddits that it can where one cannot be had, and gets to what a limit left out", () =>
      Effect.gen(function* () {
        yield* seedCity(yield* fromCurated("seattle"))
        const server = yield* fakeWeb
        server.says("/token", { body: JSON.stringify({ access_token: "opened" }) })
        const posts = ["e", "d", "c", "b"].map((id) => submission(id, "Out", `Canlis was ${id.repeat(9)} superb.`))
        const behind = (path: string) =>
          posts.slice(1 + posts.findIndex(({ data }) => path.includes(`after=${data.name}`)))
        server.says("/r/closed/new", { status: 403 })
        server.says("/r/closed/comments", { status: 403 })
        server.says("/r/Seattle/new", ({ path }) => listing(behind(path)))
        server.says("/r/Seattle/comments", listing([]))
        server.says("/api/info", ({ path }) => listing(posts.filter(({ data }) => path.includes(data.name))))
        const setting = { name: "r-both", city: "seattle", kind: "reddit", subreddits: ["closed", "Seattle"] } as const
        const sources = yield* reading(server.url, [setting])
        const sql = yield* SqlClient
        const read = sql<{ id: string }>`select external_id as id from scraped_posts
          where raw_text like '%Canlis was%' and source = 'reddit:r/seattle' order by 1`
        const seen: Array<string> = []
        for (let run = 0; run < 3; run++) {
          const [one] = yield* sources.read("seattle", "reddit", 1)
          assert.deepInclude(one, { new: 1, error: null })
          assert.match(one!.refused.join(), /closed\/new: .*403/)
          seen.push((yield* read).map(({ id }) => id.slice(3)).join(""))
        }
        assert.deepStrictEqual(seen, ["e", "de", "cde"])
        posts.unshift(submission("f", "Out", "Canlis was fffffffff superb."))
        yield* sources.read("seattle", "reddit", 1)
        yield* sources.read("seattle", "reddit", 100)
        assert.deepStrictEqual(
          (yield* read).map(({ id }) => id),
          ["t3_b", "t3_c", "t3_d", "t3_e", "t3_f"]
        )
        server.says("/r/Seattle/new", { status: 403 })
        server.says("/r/Seattle/comments", { status: 403 })
        assert.match(
          (yield* sources.read("seattle", "reddit", 100))[0]!.error!,
          /403/,
          "where none can be had, that is an error"
        )
        yield* sql`delete from scraped_posts`
      })
    )

    it.effect("gets to what a limit left out of a forum and of a feed", () =>
      Effect.gen(function* () {
        const server = yield* fakeWeb
        const sources = yield* reading(server.url, [
          { name: "slow-forum", city: "seattle", kind: "discourse", url: server.url },
          { name: "slow-feed", city: "seattle", kind: "feed", url: `${server.url}/feed` }
        ])
        const at = { username: "u", created_at: "2026-10-02T10:00:00Z", version: 1 }
        const posts = [9, 8, 7].map((id) => ({ ...at, id, cooked: `<p>Canon was ${"x".repeat(id)} superb.</p>` }))
        server.says("/posts.json", ({ path }) => {
          const before = Number(/before=(\d+)/.exec(path)?.[1] ?? 100)
          return { body: JSON.stringify({ latest_posts: posts.filter(({ id }) => id < before) }) }
        })
        const item = (n: number) =>
          `<item><guid>g${n}</guid><title>T</title><description>Canon was ${"y".repeat(n)} superb.</description></item>`
        server.says("/feed", {
          headers: { "content-type": "application/rss+xml", etag: '"1"' },
          body: `<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>${[3, 4, 5].map(item).join("")}</channel></rss>`
        })
        for (const { id } of posts) server.says(`/posts/${id}.json`, { status: 403 })
        for (const [kind, source] of [
          ["discourse", `forum:${server.host}`],
          ["feed", `feed:${server.host}`]
        ] as const) {
          const counts: Array<number> = []
          for (let run = 0; run < 3; run++) {
            yield* sources.read("seattle", kind, 1)
            counts.push((yield* kept(source)).length)
          }
          assert.deepStrictEqual(counts, [1, 2, 3], kind)
        }
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
  })
})
