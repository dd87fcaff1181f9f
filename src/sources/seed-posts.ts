/**
 * Scraped posts → cleaned text → the places they speak of, how, and who speaks → signals. A post that cannot be read is left out
 * with its reason; one that is about no known place is kept, and counts for nothing until a place matches.
 */
import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ScrapedPost } from "../domain/catalog/posts/post.ts"
import type { ItemProblem } from "../domain/catalog/validate.ts"
import type { ReadPost } from "../services/catalog-store.ts"
import { type SeedProgress, SeedRefused, type SeedRequest, type SeedSummary } from "../services/city-seeder.ts"
import { type PostSourceKind, PostSources } from "../services/post-sources.ts"
import { Machine } from "../support/machine.ts"
import { postIntake } from "./post-intake.ts"
import { type Line, linesOf } from "./post-lines.ts"
import { readArchive } from "./reddit-archive.ts"

/** One line is one post; longer lines are not held in memory at all. */
const MAX_LINE_BYTES = 1024 * 1024
const BATCH = 200
const MAX_TOLD = 100

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(ScrapedPost))

/** A line as a post, or the reason why not. */
const postOf = (line: Line): Result.Result<ScrapedPost, string> => {
  if (line.text === undefined) return Result.fail(`${line.bytes} bytes; a post has ${MAX_LINE_BYTES} at most`)
  return Result.mapError(decode(line.text), (error) => String(error).replace(/\s+/g, " ").slice(0, 200))
}

export const seedPosts = Effect.fn("seedPosts")(function* (
  slug: string,
  path: string,
  limit: number | undefined,
  onProgress: SeedProgress = () => Effect.void
) {
  const { elapsed } = yield* Machine
  const began = elapsed()
  const size = yield* Effect.try({
    try: () => statSync(path).size,
    catch: () => new SeedRefused({ message: `There is no file ${path}. It should have one post per line, as JSON.` })
  })
  const intake = yield* postIntake(slug)
  const rejections: Array<ItemProblem> = []
  const notes: Array<ItemProblem> = []
  const total = { new: 0, changed: 0, unchanged: 0, rejected: 0 }
  const tell = (list: Array<ItemProblem>, line: number, reason: string) => {
    if (list.length < MAX_TOLD) list.push({ item: `line ${line}`, reason })
  }

  let batch: Array<ReadPost> = []
  let bytes = 0
  const flush = Effect.gen(function* () {
    if (batch.length === 0) return
    const taken = yield* intake.take(batch)
    total.new += taken.new
    total.changed += taken.changed
    total.unchanged += taken.unchanged
    batch = []
    yield* onProgress(bytes, size)
  })

  let taken = 0
  for (const line of linesOf(path, MAX_LINE_BYTES)) {
    bytes += line.bytes + 1
    if (line.text?.trim() === "") continue
    if (limit !== undefined && taken >= limit) break
    taken++
    const result = Result.flatMap(postOf(line), intake.readable)
    if (Result.isFailure(result)) {
      total.rejected++
      tell(rejections, line.number, result.failure)
    } else {
      batch.push(result.success.row)
      for (const note of result.success.notes) tell(notes, line.number, note)
    }
    if (batch.length >= BATCH) yield* flush
    else yield* Effect.yieldNow
  }
  yield* flush
  const closed = yield* intake.close
  const summary: SeedSummary = {
    city: slug,
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
    took_ms: Math.round(elapsed() - began),
    counts: closed.counts
  }
  return summary
})

/** As many posts as a run takes that does not say how many. */
const USUAL_LIMIT = 10_000

/** Reads an archive, or the configured sources of that kind, for the command and its summary. */
export const seedFromSources = Effect.fn("seedFromSources")(function* (
  request: SeedRequest & { readonly source: PostSourceKind }
) {
  const { elapsed } = yield* Machine
  const began = elapsed()
  const { city, source, file, limit = USUAL_LIMIT } = request
  const intake = yield* postIntake(city)
  if (file !== undefined && source !== "reddit") {
    return yield* new SeedRefused({
      message: `The source \`${source}\` is read from where it is; only archives of \`reddit\` come as a file.`
    })
  }
  const total = { new: 0, changed: 0, unchanged: 0, rejected: 0 }
  const notes: Array<ItemProblem> = []
  const rejections: Array<ItemProblem> = []
  let left_out: Record<string, number> = {}
  let broken: ReadonlyArray<string> = []
  if (file !== undefined) {
    yield* Effect.try({
      try: () => statSync(file),
      catch: () =>
        new SeedRefused({
          message: `There is no file ${file}. It should be an archive of Reddit, JSON lines, also as .zst.`
        })
    })
    const read = yield* readArchive(intake, file, limit, undefined)
    Object.assign(total, read.total)
    left_out = Object.fromEntries(Object.entries(read.leftOut).filter(([, count]) => count > 0))
    broken = read.broken
  } else {
    const runs = yield* (yield* PostSources).read(city, source, limit)
    for (const run of runs) {
      total.new += run.new
      total.changed += run.changed
      total.unchanged += run.unchanged
      total.rejected += run.refused.length
      for (const reason of run.refused) if (rejections.length < MAX_TOLD) rejections.push({ item: run.name, reason })
      if (run.removed > 0)
        notes.push({ item: run.name, reason: `${run.removed} posts are gone from it, and forgotten here` })
      if (run.silent > 0)
        left_out["speaks of no place that is known"] = (left_out["speaks of no place that is known"] ?? 0) + run.silent
      if (run.error !== null) broken = [...broken, `${run.name}: ${run.error}`]
    }
  }
  const closed = yield* intake.close
  const summary: SeedSummary = {
    city,
    source,
    ...total,
    retired: 0,
    joined: 0,
    rejections,
    notes,
    left_out,
    unread_hours: [],
    broken,
    catalog_version: closed.catalog_version,
    took_ms: Math.round(elapsed() - began),
    counts: closed.counts
  }
  return summary
})
