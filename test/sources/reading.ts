/** Sources of posts over a database of the test's own, read from a loopback server. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import * as AuthorNames from "../../src/layers/files/author-names.ts"
import * as MemoryIndex from "../../src/layers/memory/vector-index.ts"
import * as Store from "../../src/layers/postgres/catalog-store.ts"
import * as SourceStates from "../../src/layers/postgres/source-states.ts"
import * as Web from "../../src/layers/web/polite-web.ts"
import { PostSources } from "../../src/services/post-sources.ts"
import type { SourceSetting } from "../../src/sources/connectors/connector.ts"
import * as Sources from "../../src/sources/post-sources.ts"
import { freshDatabase } from "../harness/postgres.ts"

const KEY = Redacted.make("a key of the tests, long enough!")
export const world = Layer.mergeAll(
  Store.layer,
  SourceStates.layer,
  MemoryIndex.layer,
  AuthorNames.layer({ key: KEY, dataDir: "" })
).pipe(Layer.provideMerge(freshDatabase()))

/** The sources of a test, read from a loopback server. */
export const reading = Effect.fnUntraced(function* (url: string, settings: ReadonlyArray<SourceSetting>) {
  const reddit = { id: "app", secret: Redacted.make("word"), tokenUrl: `${url}/token`, apiUrl: url }
  const web = Web.layer({
    hosts: Sources.hostsOf(settings, reddit),
    inner: new Set(["127.0.0.1"]),
    userAgent: "overplanned/test",
    pace: 10_000
  })
  const services = yield* Layer.build(
    Sources.layer({ sources: Result.succeed(settings), reddit }).pipe(Layer.provide(web))
  )
  return yield* Effect.provideContext(PostSources, services)
})

/** What is kept of a source: which places its posts speak of, and how. */
export const kept = (source: string) =>
  Effect.flatMap(
    SqlClient,
    (sql) =>
      sql<{ external_id: string; name: string; stance: string; author: string | null }>`
      select p.external_id, n.name, m.stance, p.author from scraped_posts p join place_mentions m on m.post_id = p.id
        join activity_nodes n on n.id = m.activity_node_id where p.source = ${source} order by p.external_id, n.name`
  )

/** Posts of the last weeks are looked at again. */
const LATELY = Math.floor(Date.now() / 1000) - 5 * 86_400
export const submission = (id: string, title: string, selftext: string, more: object = {}) => ({
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
export const listing = (children: ReadonlyArray<unknown>, after: string | null = null) => ({
  body: JSON.stringify({ kind: "Listing", data: { children, after } })
})
