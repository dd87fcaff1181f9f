import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fromCurated } from "../../src/sources/city-files.ts"
import { seedCity } from "../../src/sources/seed-city.ts"
import { fakeWeb } from "../fakes/web.ts"
import { kept, reading, world } from "./reading.ts"

describe("what authors take back", () => {
  layer(world, { excludeTestServices: true })((it) => {
    it.effect("forgets entries of a blog that were edited away, and those whose page is gone", () =>
      Effect.gen(function* () {
        yield* seedCity(yield* fromCurated("seattle"))
        const server = yield* fakeWeb
        const source = `feed:${server.host}`
        const sources = yield* reading(server.url, [
          { name: "edited", city: "seattle", kind: "feed", url: `${server.url}/feed` }
        ])
        const lately = new Date(Date.now() - 3 * 86_400_000).toUTCString()
        const item = (id: string, text: string) =>
          `<item><title>A day</title><guid>${id}</guid><link>${server.url}/${id}</link><pubDate>${lately}</pubDate><description>${text}</description></item>`
        let items = [
          item("g1", "We live nearby. Canlis was superb."),
          item("g2", "We live nearby. Spinasse was wonderful."),
          item("g3", "We live nearby. Neumos was lovely."),
          item("g4", "We live nearby. Ada's was closed, but Volunteer Park is a treasure.")
        ]
        server.says("/feed", () => ({
          body: `<?xml version="1.0"?><rss version="2.0"><channel><title>A blog</title>${items.join("")}</channel></rss>`
        }))
        server.says("/g2", { status: 410 })
        server.says("/g3", { body: "still here" })
        const ids = Effect.map(kept(source), (rows) => [...new Set(rows.map(({ external_id }) => external_id))])
        assert.deepInclude((yield* sources.read("seattle", "feed", 100))[0], { new: 4, error: null })

        items = [item("g1", "I take back what stood here."), item("g4", "We live nearby. Volunteer Park was awful.")]
        assert.deepInclude((yield* sources.read("seattle", "feed", 100))[0], { new: 1, removed: 2, error: null })
        assert.deepStrictEqual(yield* ids, ["g3", "g4"])
        assert.deepStrictEqual(server.askedFor("/g1"), [], "what is in the feed is not asked for")
        assert.deepInclude((yield* sources.read("seattle", "feed", 100))[0], { new: 0, removed: 0 })
        server.says("/g3", { status: 403 })
        assert.deepInclude((yield* sources.read("seattle", "feed", 100))[0], { removed: 0 }, "a closed door is no end")
      })
    )

    it.effect("forgets posts of a forum and reviews of a page that were taken back, and reads edited ones anew", () =>
      Effect.gen(function* () {
        yield* seedCity(yield* fromCurated("seattle"))
        const server = yield* fakeWeb
        const url = `${server.url}/canlis`
        const sources = yield* reading(server.url, [
          { name: "town", city: "seattle", kind: "discourse", url: server.url },
          { name: "reviews", city: "seattle", kind: "pages", urls: [url], permitted: "by the owner, in a letter" }
        ])
        const at = new Date(Date.now() - 3 * 86_400_000).toISOString()
        const post = (id: number, cooked: string, more: object = {}) => ({
          ...{ id, username: `u${id}`, cooked, created_at: at, version: 1 },
          ...more
        })
        let latest = [
          post(3, "<p>Spinasse was superb.</p>"),
          post(2, "<p>Canlis was lovely.</p>"),
          post(1, "<p>Neumos was wonderful.</p>")
        ]
        server.says("/posts.json", () => ({ body: JSON.stringify({ latest_posts: latest }) }))
        const forum = `forum:${server.host}`
        assert.deepInclude((yield* sources.read("seattle", "discourse", 100))[0], { new: 3, error: null })
        latest = [post(4, "<p>Who lost a dog?</p>")]
        server.says("/posts/1.json", { status: 404 })
        const edited = post(2, "<p>Canlis was awful.</p>", { version: 2 })
        server.says("/posts/2.json", { body: JSON.stringify(edited) })
        server.says("/posts/3.json", { body: JSON.stringify(post(3, "", { user_deleted: true })) })
        assert.deepInclude((yield* sources.read("seattle", "discourse", 100))[0], { removed: 2, error: null })
        assert.deepStrictEqual(
          (yield* kept(forum)).map(({ external_id, stance }) => [external_id, stance]),
          [["2", "warn"]]
        )

        const review = (id: string, text: string) =>
          `{"@type":"Review","@id":"${id}","author":{"name":"${id}"},"datePublished":"2024-09-01","reviewBody":"${text}"}`
        const page = (...reviews: ReadonlyArray<string>) => ({
          body: `<script type="application/ld+json">{"@type":"Restaurant","name":"Canlis","review":[${reviews.join(",")}]}</script>`
        })
        server.says("/canlis", page(review("r1", "A wonderful evening."), review("r2", "Superb, all of it.")))
        assert.deepInclude((yield* sources.read("seattle", "pages", 10))[0], { new: 2, error: null })
        server.says("/canlis", page(review("r2", "Superb, all of it.")))
        assert.deepInclude((yield* sources.read("seattle", "pages", 10))[0], { new: 0, removed: 1 })
        server.says("/canlis", { status: 404 })
        assert.deepInclude((yield* sources.read("seattle", "pages", 10))[0], { removed: 1 })
        assert.deepStrictEqual(yield* kept(`pages:${server.host}`), [])
      })
    )
  })
})
