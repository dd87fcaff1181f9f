/**
 * Scraped posts → cleaned text → vibes, mood and voice → the place they are about → signals. A post that cannot be read
 * is left out with its reason; one that is about no known place is kept, and counts for nothing until a place matches.
 */
import { statSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { hash128, uuidOfName } from "../domain/basics/hash.ts"
import type { CityInfo } from "../domain/catalog/city-file.ts"
import { cityIdOf } from "../domain/catalog/node.ts"
import { cleanPost } from "../domain/catalog/posts/clean.ts"
import { type Extraction, LOCAL_VOICE } from "../domain/catalog/posts/extract.ts"
import { makeMatcher } from "../domain/catalog/posts/match.ts"
import { ScrapedPost } from "../domain/catalog/posts/post.ts"
import type { ItemProblem } from "../domain/catalog/validate.ts"
import { CatalogStore, type ReadPost } from "../services/catalog-store.ts"
import { type SeedProgress, SeedRefused, type SeedSummary } from "../services/city-seeder.ts"
import { VibeExtractor } from "../services/vibe-extractor.ts"
import { type Line, linesOf } from "./post-lines.ts"

/** One line is one post; longer lines are not held in memory at all. */
const MAX_LINE_BYTES = 1024 * 1024
const BATCH = 200
const MAX_TOLD = 100

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(ScrapedPost))

interface Readable {
  readonly line: number
  readonly post: ScrapedPost
  readonly text: string
}

/** A line as a post with clean text, or the reason why not. */
const read = (
  line: Line
): Result.Result<{ readonly post: Readable; readonly notes: ReadonlyArray<string> }, string> => {
  if (line.text === undefined) return Result.fail(`${line.bytes} bytes; a post has ${MAX_LINE_BYTES} at most`)
  const decoded = decode(line.text)
  if (Result.isFailure(decoded)) return Result.fail(String(decoded.failure).replace(/\s+/g, " ").slice(0, 200))
  const { title, text } = decoded.success
  return Result.map(cleanPost(title === undefined ? text : `${title}\n${text}`), (clean) => ({
    post: { line: line.number, post: decoded.success, text: clean.text },
    notes: clean.notes
  }))
}

const rowOf = (city: string, { post, text }: Readable, extraction: Extraction, place: string | null): ReadPost => {
  const tags = Object.keys(extraction.vibes)
  const voice = post.voice === undefined ? extraction.local_score : post.voice === "local" ? 1 : 0
  const content_hash = hash128(text)
  return {
    id: uuidOfName("overplanned/post", city, post.source, content_hash),
    source: post.source,
    external_id: post.id ?? null,
    url: post.url ?? null,
    raw_text: text,
    activity_node_id: place,
    vibe_tags: tags,
    vibe_weights: tags.map((tag) => extraction.vibes[tag]!),
    local_score: voice,
    tourist_flag: voice < LOCAL_VOICE,
    sentiment: extraction.sentiment,
    avoid: extraction.avoid,
    extractor: extraction.extractor,
    content_hash,
    posted_at: post.posted_at?.slice(0, 10) ?? null
  }
}

export const seedPosts = Effect.fn("seedPosts")(function* (
  city: CityInfo,
  path: string,
  limit: number | undefined,
  onProgress: SeedProgress = () => Effect.void
) {
  const began = yield* Clock.currentTimeMillis
  const store = yield* CatalogStore
  const extractor = yield* VibeExtractor
  const size = yield* Effect.try({
    try: () => statSync(path).size,
    catch: () => new SeedRefused({ message: `There is no file ${path}. It should have one post per line, as JSON.` })
  })
  const cityId = cityIdOf(city.slug)
  const nodes = yield* store.known(cityId)
  if (nodes.length === 0) {
    return yield* new SeedRefused({
      message: `Posts are matched to places, and ${city.slug} has none yet. Seed its catalog first: seed-city --city ${city.slug}`
    })
  }
  const match = makeMatcher(nodes)
  const rejections: Array<ItemProblem> = []
  const notes: Array<ItemProblem> = []
  const total = { new: 0, changed: 0, unchanged: 0, rejected: 0 }
  const tell = (list: Array<ItemProblem>, line: number, reason: string) => {
    if (list.length < MAX_TOLD) list.push({ item: `line ${line}`, reason })
  }

  const toRow = Effect.fnUntraced(function* ({ line, post, text }: Readable) {
    const extraction = yield* extractor.extract(text)
    const position = post.lat === undefined || post.lon === undefined ? undefined : { lat: post.lat, lon: post.lon }
    const matched = match({ text, place: post.place, position })
    if ("reason" in matched) tell(notes, line, `kept without a place: ${matched.reason}`)
    return rowOf(city.slug, { line, post, text }, extraction, "id" in matched ? matched.id : null)
  })

  let batch: Array<Readable> = []
  let bytes = 0
  const flush = Effect.gen(function* () {
    if (batch.length === 0) return
    const rows = yield* Effect.forEach(batch, toRow, { concurrency: extractor.concurrency })
    const distinct = [...new Map(rows.map((row) => [row.id, row])).values()]
    const saved = yield* store.savePosts(cityId, distinct)
    total.new += saved.new
    total.changed += saved.changed
    total.unchanged += saved.unchanged + rows.length - distinct.length
    batch = []
    yield* onProgress(bytes, size)
  })

  let taken = 0
  for (const line of linesOf(path, MAX_LINE_BYTES)) {
    bytes += line.bytes + 1
    if (line.text?.trim() === "") continue
    if (limit !== undefined && taken >= limit) break
    taken++
    const result = read(line)
    if (Result.isFailure(result)) {
      total.rejected++
      tell(rejections, line.number, result.failure)
    } else {
      batch.push(result.success.post)
      for (const note of result.success.notes) tell(notes, line.number, note)
    }
    if (batch.length >= BATCH) yield* flush
    else yield* Effect.yieldNow
  }
  yield* flush
  const closed = yield* store.close(cityId)
  const summary: SeedSummary = {
    city: city.slug,
    source: "posts",
    ...total,
    retired: 0,
    joined: 0,
    rejections,
    notes,
    left_out: {},
    unread_hours: [],
    broken: [],
    catalog_version: closed.catalog_version,
    took_ms: (yield* Clock.currentTimeMillis) - began,
    counts: closed.counts
  }
  return summary
})
