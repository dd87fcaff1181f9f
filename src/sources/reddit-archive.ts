/** Archives of Reddit, one submission or comment per line of JSON, plain or packed with zstd; read as a stream of any length. */
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import { constants, createZstdDecompress } from "node:zlib"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ZstdFrames } from "../domain/basics/zstd-frames.ts"
import type { ReadPost } from "../services/catalog-store.ts"
import { SeedRefused } from "../services/city-seeder.ts"
import { jsonOf } from "./connectors/connector.ts"
import { redditPost } from "./connectors/reddit-post.ts"
import type { PostIntake } from "./post-intake.ts"

const MAX_LINE_CHARS = 1024 * 1024
const BATCH = 200
/** Archives are packed with windows of up to 2 GB; more than this is not unpacked. */
const WINDOW_LOG = 31

/** How a frame of zstd begins: files that were handed in have no name of their own. */
const PACKED = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

const beginsPacked = async (path: string): Promise<boolean> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PACKED.length), 0, PACKED.length, 0)
    return bytesRead === PACKED.length && buffer.equals(PACKED)
  } finally {
    await file.close()
  }
}

async function* linesOf(path: string): AsyncGenerator<ReadonlyArray<string>> {
  const isPacked = path.endsWith(".zst") || (await beginsPacked(path))
  const file = createReadStream(path)
  const frames = new ZstdFrames()
  const zst = createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } })
  if (isPacked)
    file
      .on("data", (chunk) => frames.push(chunk as Buffer))
      .on("error", (error) => zst.destroy(error))
      .pipe(zst)
  const bytes = isPacked ? zst : file
  const decoder = new TextDecoder()
  let rest = ""
  let skipping = false
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n")
    rest = parts.pop()!
    if (skipping && parts.length > 0) {
      parts.shift()
      skipping = false
    }
    if (rest.length > MAX_LINE_CHARS) {
      rest = ""
      skipping = true
    }
    yield parts.filter((line) => line.length <= MAX_LINE_CHARS && line.trim() !== "")
  }
  if (isPacked && !frames.isWhole) throw new Error("its end is missing")
  if (rest.trim() !== "" && !skipping) yield [rest]
}

/** Takes in at most `limit` posts that speak of the city's places. */
export const readArchive = Effect.fn("readArchive")(function* (
  intake: PostIntake,
  path: string,
  limit: number,
  voice: "local" | "tourist" | undefined
) {
  const total = { new: 0, changed: 0, unchanged: 0, rejected: 0 }
  const leftOut = {
    "no post of Reddit": 0,
    "removed by its author or a moderator": 0,
    "speaks of no place that is known": 0
  }
  let batch: Array<ReadPost> = []
  let taken = 0
  const flush = Effect.gen(function* () {
    if (batch.length === 0) return
    const saved = yield* intake.take(batch)
    total.new += saved.new
    total.changed += saved.changed
    total.unchanged += saved.unchanged
    batch = []
  })
  // What was kept from the API or an older archive before its author took it back.
  let gone: Array<{ readonly source: string; readonly id: string }> = []
  const forget = Effect.gen(function* () {
    for (const [source, ones] of Map.groupBy(gone, (one) => one.source)) {
      yield* intake.drop(
        source,
        ones.map(({ id }) => id)
      )
    }
    gone = []
  })
  const lines = linesOf(path)
  const next = Effect.tryPromise({
    try: () => lines.next(),
    catch: (error) =>
      new SeedRefused({
        message: `${path} cannot be read on: ${error instanceof Error ? error.message : String(error)}. What was read until there is kept.`
      })
  })
  let broken: string | undefined
  while (taken < limit) {
    const step = yield* Effect.result(next)
    if (Result.isFailure(step)) {
      broken = step.failure.message
      break
    }
    if (step.success.done === true) break
    for (const line of step.success.value) {
      if (taken >= limit) break
      const read = redditPost(jsonOf(line), voice)
      if (read === undefined) leftOut["no post of Reddit"]++
      else if (read.removed) {
        leftOut["removed by its author or a moderator"]++
        gone.push({ source: read.post.source, id: read.id })
        if (gone.length >= BATCH) yield* forget
      } else {
        const readable = intake.readable(read.post)
        if (Result.isFailure(readable)) total.rejected++
        else if (readable.success.row.mentions.length === 0) leftOut["speaks of no place that is known"]++
        else {
          batch.push(readable.success.row)
          taken++
        }
      }
      if (batch.length >= BATCH) yield* flush
    }
    yield* Effect.yieldNow
  }
  yield* Effect.promise(() => lines.return(undefined))
  yield* flush
  yield* forget
  if (broken !== undefined && taken === 0) return yield* new SeedRefused({ message: broken })
  return { total, leftOut, broken: broken === undefined ? [] : [broken] }
})
