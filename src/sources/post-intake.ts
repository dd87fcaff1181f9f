/** Posts of any source on their way in: cleaned, read against the city's places, kept under pseudonyms, counted. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { hash128, uuidOfName } from "../domain/basics/hash.ts"
import { cityIdOf } from "../domain/catalog/node.ts"
import { cleanPost } from "../domain/catalog/posts/clean.ts"
import type { ScrapedPost } from "../domain/catalog/posts/post.ts"
import { fingerprintOf } from "../domain/catalog/reading/fingerprint.ts"
import { LOCAL_VOICE } from "../domain/catalog/reading/mention.ts"
import { startNamesIndex } from "../domain/catalog/reading/names-index.ts"
import { makeReader, type Reading } from "../domain/catalog/reading/read-post.ts"
import { SOUNDS_LOCAL, SOUNDS_VISITING, sideOfScore } from "../domain/catalog/reading/voice.ts"
import { AuthorNames } from "../services/author-names.ts"
import { CatalogStore, type ReadPost } from "../services/catalog-store.ts"
import { SeedRefused } from "../services/city-seeder.ts"
import { VectorIndex } from "../services/vector-index.ts"
import { inSlices } from "../support/slices.ts"
import { indexPoints } from "./seed-city.ts"

export interface TakenIn {
  readonly new: number
  readonly changed: number
  readonly unchanged: number
}

export interface ReadablePost {
  readonly post: ScrapedPost
  readonly row: ReadPost
  /** What was put right, and names that could not be placed. */
  readonly notes: ReadonlyArray<string>
}

/** Whose voice it is: the post's own words, where they tell; else what its source is as a whole. */
const voiceOf = (post: ScrapedPost, reading: Reading): number => {
  if (reading.voice === "visitor") return Math.min(reading.local_score, SOUNDS_VISITING)
  if (reading.voice === "resident") return Math.max(reading.local_score, SOUNDS_LOCAL)
  return post.voice === undefined ? reading.local_score : post.voice === "local" ? 1 : 0
}

/** What a post is known by: nobody who copies its words makes it theirs, and none of both goes with the other. */
const contentHash = (author: string | null, id: string | null, text: string): string =>
  hash128(author === null && id === null ? text : JSON.stringify([author, id, text]))

/** Everything that taking in posts of one city needs; refused where the city has no places to speak of. */
export const postIntake = Effect.fn("postIntake")(function* (slug: string) {
  const store = yield* CatalogStore
  const index = yield* VectorIndex
  const authors = yield* AuthorNames
  const cityId = cityIdOf(slug)
  const known = yield* store.known(cityId)
  if (known.length === 0) {
    return yield* new SeedRefused({
      message: `Posts are matched to places, and ${slug} has none yet. Seed its catalog first: seed-city --city ${slug}`
    })
  }
  const names = startNamesIndex(known, (yield* store.city(slug))?.name)
  yield* inSlices(names.places, names.step)
  const read = makeReader(names.result())

  /** A post as it is kept, or the reason why it is not. */
  const readable = (post: ScrapedPost): Result.Result<ReadablePost, string> => {
    const { title, text } = post
    return Result.map(cleanPost(title === undefined ? text : `${title}\n${text}`), (clean) => {
      const position = post.lat === undefined || post.lon === undefined ? undefined : { lat: post.lat, lon: post.lon }
      const reading = read({ text: clean.text, place: post.place, position })
      const local_score = voiceOf(post, reading)
      const author = post.author === undefined ? null : authors.pseudonym(post.source, post.author)
      const content_hash = contentHash(author, post.id ?? null, clean.text)
      const placed = reading.mentions.filter((one) => one.place !== null)
      const unplaced = reading.mentions.flatMap(({ place, text: words, reason }) =>
        place === null ? [`"${words}": ${reason}`] : []
      )
      const row: ReadPost = {
        id: uuidOfName("overplanned/post", slug, post.source, content_hash),
        source: post.source,
        external_id: post.id ?? null,
        url: post.url ?? null,
        raw_text: clean.text,
        author,
        language: reading.language,
        fingerprint: fingerprintOf(clean.text),
        local_score,
        tourist_flag: local_score < LOCAL_VOICE,
        extractor: reading.extractor,
        content_hash,
        posted_at: post.posted_at?.slice(0, 10) ?? null,
        mentions: placed.map((one) => ({
          activity_node_id: one.place!,
          voice: local_score < LOCAL_VOICE ? ("tourist" as const) : ("local" as const),
          stance: one.stance,
          sentiment: one.sentiment,
          avoid: one.avoid,
          confidence: one.confidence,
          vibe_tags: Object.keys(one.vibes),
          quote: one.quote
        }))
      }
      const unheard =
        placed.length > 0 && sideOfScore(local_score) === "unclear"
          ? ["counts for neither side: nothing says whether its author lives there or visits"]
          : []
      const kept = reading.mentions.length === 0 ? ["kept without a place: it names no place that is known"] : []
      return {
        post,
        row,
        notes: [...clean.notes, ...unplaced.map((one) => `kept without a place: ${one}`), ...unheard, ...kept]
      }
    })
  }

  /** Keeps them, counts anew, and tells the index of places whose vibes changed. */
  const take = Effect.fnUntraced(function* (posts: ReadonlyArray<ReadPost>) {
    const distinct = [...new Map(posts.map((row) => [row.id, row])).values()]
    const saved = yield* store.savePosts(cityId, distinct)
    if (saved.embedded.length > 0) yield* index.upsert("vibe_embedding", indexPoints(slug, saved.embedded))
    const taken: TakenIn = {
      new: saved.new,
      changed: saved.changed,
      unchanged: saved.unchanged + posts.length - distinct.length
    }
    return taken
  })

  /** Forgets what is gone from its source. */
  const drop = Effect.fnUntraced(function* (source: string, ids: ReadonlyArray<string>) {
    const gone = yield* store.removePosts(cityId, source, ids)
    if (gone.embedded.length > 0) yield* index.upsert("vibe_embedding", indexPoints(slug, gone.embedded))
    return gone.removed
  })

  return { cityId, readable, take, drop, close: store.close(cityId) }
})
export type PostIntake = Effect.Success<ReturnType<typeof postIntake>>
