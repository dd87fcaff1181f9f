/** Our own catalog of Seattle with made-up posts of honest people, so that campaigns have something to poison. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Random, randomStream } from "../../../../src/domain/basics/random.ts"
import { type AssembledNode, assembleNode } from "../../../../src/domain/catalog/assemble.ts"
import { CityFileHeader, CityFileNode } from "../../../../src/domain/catalog/city-file.ts"
import { vibeEmbeddingOf } from "../../../../src/domain/catalog/embedding.ts"
import { crossReference } from "../../../../src/domain/catalog/evidence.ts"
import { blendVibes } from "../../../../src/domain/catalog/found-vibes.ts"
import type { ActivityNode } from "../../../../src/domain/catalog/node.ts"
import { cleanPost } from "../../../../src/domain/catalog/posts/clean.ts"
import { fingerprintOf } from "../../../../src/domain/catalog/reading/fingerprint.ts"
import { makeNamesIndex } from "../../../../src/domain/catalog/reading/names-index.ts"
import { makeReader } from "../../../../src/domain/catalog/reading/read-post.ts"
import { type MentionRow, voicesOf } from "../../../../src/domain/catalog/voices.ts"

export const TODAY = "2026-11-01"

export interface Post {
  readonly author: string
  readonly day: string
  readonly text: string
}

const file = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../../data/cities/seattle.json"), "utf8")
) as unknown
const header = Schema.decodeUnknownSync(CityFileHeader)(file)

export const assembled: ReadonlyArray<AssembledNode> = header.nodes.map((node) =>
  assembleNode(
    header.city,
    { source: header.source, licence: header.licence },
    Schema.decodeUnknownSync(CityFileNode)(node)
  )
)

const read = makeReader(
  makeNamesIndex(
    assembled.map(({ node }) => node),
    "Seattle"
  )
)

/** What posts come to, through cleaning and the reader, as rows by place. */
export const mentionsOf = (posts: ReadonlyArray<Post>): ReadonlyMap<string, ReadonlyArray<MentionRow>> => {
  const rows = posts.flatMap(({ author, day, text }) => {
    const clean = cleanPost(text)
    if (Result.isFailure(clean)) return []
    const reading = read({ text: clean.success.text })
    return reading.mentions.flatMap((one) =>
      one.place === null
        ? []
        : [
            {
              place: one.place,
              source: "forum:seattle",
              author,
              voice: reading.local_score < 0.5 ? ("tourist" as const) : ("local" as const),
              sentiment: one.sentiment,
              avoid: one.avoid,
              posted_on: day,
              fingerprint: fingerprintOf(clean.success.text),
              vibes: Object.keys(one.vibes)
            }
          ]
    )
  })
  return Map.groupBy(rows, ({ place }) => place)
}

/** The place as it stands with these mentions. */
export const withMentions = (
  { node, signals, judgement }: AssembledNode,
  rows: ReadonlyArray<MentionRow>
): ActivityNode => {
  const voices = voicesOf(rows, TODAY)
  const { summary, cross_ref_confidence, overrated_flag } = crossReference(signals, judgement, voices)
  const { tags, weights } = blendVibes({ tags: node.vibe_tags, weights: node.vibe_weights }, voices)
  return {
    ...node,
    quality_signals: summary,
    cross_ref_confidence,
    overrated_flag,
    vibe_tags: tags,
    vibe_weights: weights,
    vibe_embedding: Array.from(vibeEmbeddingOf(tags, weights))
  }
}

const OPENINGS = [
  "Went again on Sunday.",
  "We live nearby.",
  "As a local I pass it daily.",
  "Twenty years here.",
  "Our street knows it.",
  "After work, as always.",
  "My neighbors agree.",
  "In the rain last week."
]
const PRAISE = [
  "is wonderful",
  "never disappoints",
  "is worth the walk",
  "was superb",
  "is a treasure",
  "has friendly people",
  "makes my day",
  "is lovely"
]
const BLAME = [
  "is not worth it",
  "is a tourist trap",
  "is overrated",
  "is a waste of time, avoid it",
  "was awful, never again",
  "let us down; do not bother"
]
const VISITS = ["On our trip we saw it and", "First time in Seattle:", "Our hotel sent us;", "Visiting from Boston,"]

export const pick = <A>(random: Random, list: ReadonlyArray<A>): A => list[Math.floor(random() * list.length)]!
const filler = (random: Random) =>
  Array.from({ length: 6 }, () => Math.floor(random() * 2 ** 31).toString(36)).join(" ")

export const dayOf = (random: Random): string => {
  const month = 1 + Math.floor(random() * 9)
  return `2026-0${month}-${String(1 + Math.floor(random() * 28)).padStart(2, "0")}`
}

/** One honest post: praises with this probability. */
export const honestPost = (random: Random, author: string, name: string, liking: number, visitor: boolean): Post => {
  const opening = pick(random, visitor ? VISITS : OPENINGS)
  return {
    author,
    day: dayOf(random),
    text: `${opening} ${name} ${pick(random, random() < liking ? PRAISE : BLAME)}. ${filler(random)}`
  }
}

/** Honest posts on most places: a few voices on some, many on others. */
export const honestPosts = (seed: string): ReadonlyArray<Post> => {
  const random = randomStream("honest", seed)
  return assembled.flatMap(({ node }, i) => {
    const count = [0, 3, 8, 15, 30][Math.floor(random() * 5)]!
    // People are of one mind about most places: where they are not, one honest voice more decides, and so would a campaign's.
    const liking = random() < 0.8 ? 0.95 : 0.08
    return Array.from({ length: count }, (_, k) =>
      honestPost(random, `honest ${i}-${k}`, node.name, liking, k % 4 === 3)
    )
  })
}
