/** What people write is read when an operator asks for it: from where it is, and from an archive that is handed in, whole or cut off. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { zstdCompressSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { fakeWeb } from "../fakes/web.ts"
import { startFakePlaces } from "../support/fake-places.ts"
import { type Json, ok, scratchFolder, type Traveler, until } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>Around here</title><link>https://blog.example</link>
  <description>d</description><item><guid>one</guid><title>Sunday</title><link>https://blog.example/1</link>
  <pubDate>Sun, 03 May 2026 10:00:00 GMT</pubDate>
  <description>We live around the corner, and Gas Works Park is a treasure.</description></item></channel></rss>`

const comment = (id: string, body: string) =>
  JSON.stringify({ id, subreddit: "AskSeattle", author: `a${id}`, body, created_utc: "1746403200" })

describe("posts by a job", { timeout: 600_000 }, () => {
  const scope = Effect.runSync(Scope.make())
  const sources = scratchFolder()
  let world: World
  let operator: Traveler
  let google: Awaited<ReturnType<typeof startFakePlaces>>

  beforeAll(async () => {
    const web = await Effect.runPromise(Scope.provide(fakeWeb, scope))
    web.says("/feed.xml", { headers: { "content-type": "application/rss+xml" }, body: FEED })
    const file = join(sources.path, "sources.json")
    const blog = { name: "a-blog", city: "seattle", kind: "feed", url: `${web.url}/feed.xml` }
    writeFileSync(file, JSON.stringify({ sources: [blog] }))
    google = await startFakePlaces()
    world = await openWorld({
      RATE_LIMIT: "off",
      SOURCES_FILE: file,
      SOURCES_INNER_HOSTS: "127.0.0.1",
      OWN_SERVERS_PACE: "1000",
      GOOGLE_PLACES_API_KEY: "AIza-not-a-real-key",
      GOOGLE_PLACES_BASE_URL: google.url
    })
    operator = await world.someone({ role: "admin" })
  })
  afterAll(async () => {
    await world?.close()
    await google?.stop()
    sources.remove()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  const read = async (body: object): Promise<Json> => {
    const { job_id } = ok(await operator.call("POST", "/admin/seed-city", { city: "seattle", ...body }), 202)
    const job = await until("the end of the job", async () => {
      const seen = ok(await operator.call("GET", `/admin/jobs/${job_id}`))
      return (seen.state === "done" || seen.state === "failed") && seen
    })
    assert.strictEqual(job.state, "done", job.error)
    return job.result
  }

  it("come from a feed that the operator named, and are read once", async () => {
    assert.deepInclude(await read({ source: "feed" }), { source: "feed", new: 1, broken: [] })
    assert.deepInclude(await read({ source: "feed" }), { new: 0 })
    const { sources: list } = ok(await operator.call("GET", "/admin/post-sources"))
    assert.deepInclude(list.find(({ name }: Json) => name === "a-blog")?.state, { last_error: null, last_new: 0 })
  })

  it("come from an archive that is handed in, and from what is there of one that was cut off", async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => comment(`z${i}`, `Number ${Math.sin(i)} of nothing.`))
    const lines = [comment("k1", "Gas Works Park is a treasure."), comment("k2", "Kerry Park is a trap.")]
    const packed = zstdCompressSync(Buffer.from([...lines, ...many].join("\n")))
    const whole = await read({
      source: "reddit",
      file: zstdCompressSync(Buffer.from(lines.join("\n"))).toString("base64")
    })
    assert.deepInclude(whole, { new: 2, broken: [] })
    const cut = packed.subarray(0, packed.length - 20_000).toString("base64")
    const half = await read({ source: "reddit", file: cut, limit: 50_000 })
    assert.deepInclude(half, { new: 0, unchanged: 2 })
    assert.match(half.broken.join(), /its end is missing/)
    assert.deepStrictEqual(await world.rows((sql) => sql`select id from seed_files`), [])
  })

  it("call a place overrated together with the stars of visitors, and not without them", async () => {
    const why = [
      "dull",
      "cold",
      "noisy",
      "tired",
      "slow",
      "stale",
      "gloomy",
      "smug",
      "cramped",
      "bland",
      "rushed",
      "dated"
    ]
    const lines = why.map((word, i) => ({
      source: "forum:town",
      id: `s${i}`,
      author: `diner ${i}`,
      posted_at: `2026-0${1 + (i % 9)}-1${i % 9}`,
      text: `We live nearby. Canlis was awful, ${word} ${[..."abcdefgh"].map((letter) => letter.repeat(i + 2)).join(" ")}.`
    }))
    const file = Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n")).toString("base64")
    const canlis = async () => {
      const rows = await world.rows(
        (sql) =>
          sql`select id, overrated_flag as flag, quality_signals ->> 'flagged_by' as by from activity_nodes where name = 'Canlis'`
      )
      return rows[0]
    }
    await read({ source: "posts", file })
    assert.isFalse((await canlis()).flag, "what no visitor praises is not overrated, however little locals like it")

    google.knows([
      { name: "Canlis", lat: 47.6432, lon: -122.3469, stars: 4.6 },
      { name: "Somewhere Else", lat: 47.62, lon: -122.33, stars: 4.9 }
    ])
    const rated = await read({ source: "places" })
    assert.deepInclude(rated, { source: "places", new: 0, changed: 1, joined: 1, retired: 0, broken: [] })
    assert.deepInclude(await canlis(), { flag: true, by: "sources" })
    const { id } = await canlis()
    const { evidence } = ok(await operator.call("GET", `/cities/seattle/nodes/${id}/evidence`))
    assert.isTrue(
      evidence.some(
        ({ kind, count, licence }: Json) => kind === "aggregator" && count === 2_000 && /Google/.test(licence)
      )
    )
    const asked = google.calls.length
    assert.deepInclude(await read({ source: "places" }), { changed: 1 })
    assert.strictEqual(google.calls.length, asked, "the second time the cache answers")
  })

  it("are refused where a file is missing, or is none of theirs", async () => {
    for (const [body, detail] of [
      [{ source: "posts" }, /reads a file/],
      [{ source: "feed", file: "AAAA" }, /reads no file/]
    ] as const) {
      const answer = await operator.call("POST", "/admin/seed-city", { city: "seattle", ...body })
      assert.strictEqual(answer.status, 422, JSON.stringify(answer.body))
      assert.match(answer.body.detail, detail)
    }
  })
})
