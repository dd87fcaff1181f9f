/** Reads a file of posts against a city's places and gives what was understood, line by line; nothing is written. */
import { statSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { cityIdOf } from "../domain/catalog/node.ts"
import { cleanPost } from "../domain/catalog/posts/clean.ts"
import { PostLine } from "../domain/catalog/posts/post.ts"
import { makeNamesIndex } from "../domain/catalog/reading/names-index.ts"
import { makeReader } from "../domain/catalog/reading/read-post.ts"
import { CatalogStore } from "../services/catalog-store.ts"
import { SeedRefused } from "../services/city-seeder.ts"
import { type Line, linesOf } from "./post-lines.ts"

/** One line is one post; longer lines are not held in memory at all. */
const MAX_LINE_BYTES = 1024 * 1024
/** Lines that are told together. */
const TOLD_TOGETHER = 200

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(PostLine))

const answer = (line: Line, read: ReturnType<typeof makeReader>): unknown => {
  if (line.text === undefined)
    return { line: line.number, refused: `${line.bytes} bytes; a post has ${MAX_LINE_BYTES} at most` }
  const decoded = decode(line.text)
  if (Result.isFailure(decoded)) {
    return { line: line.number, refused: String(decoded.failure).replace(/\s+/g, " ").slice(0, 200) }
  }
  const { title, text, place, lat, lon, id } = decoded.success
  const clean = cleanPost(title === undefined ? text : `${title}\n${text}`)
  if (Result.isFailure(clean)) return { line: line.number, ...(id === undefined ? {} : { id }), refused: clean.failure }
  const position = lat === undefined || lon === undefined ? undefined : { lat, lon }
  return {
    line: line.number,
    ...(id === undefined ? {} : { id }),
    text: clean.success.text,
    ...read({ text: clean.success.text, place, position })
  }
}

/** `tell` is given JSON lines, several at a time. */
export const readPosts = Effect.fn("readPosts")(function* (
  city: string,
  path: string,
  tell: (lines: string) => Effect.Effect<void>
) {
  const store = yield* CatalogStore
  yield* Effect.try({
    try: () => statSync(path),
    catch: () =>
      new SeedRefused({ message: `There is no file ${path}. It should have one post per line, as JSON with a text.` })
  })
  const known = yield* store.known(cityIdOf(city))
  if (known.length === 0) {
    return yield* new SeedRefused({
      message: `Posts are read against places, and ${city} has none yet. Seed its catalog first: seed-city --city ${city}`
    })
  }
  const info = yield* store.city(city)
  const read = makeReader(makeNamesIndex(known, info?.name))
  let waiting: Array<string> = []
  for (const line of linesOf(path, MAX_LINE_BYTES)) {
    if (line.text?.trim() === "") continue
    waiting.push(JSON.stringify(answer(line, read)))
    if (waiting.length < TOLD_TOGETHER) continue
    yield* tell(waiting.join("\n"))
    waiting = []
  }
  if (waiting.length > 0) yield* tell(waiting.join("\n"))
})
