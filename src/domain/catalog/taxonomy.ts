/**
 * The vibe taxonomy: the closed vocabulary in which places and tastes are described. One tag is one dimension of
 * the vibe space, so every score can be said in words.
 */
import * as Schema from "effect/Schema"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import { TAG_RELATIONS } from "./taxonomy-relations.ts"
import { TAG_ENTRIES } from "./taxonomy-tags.ts"

/** Rises whenever tags, their order or their relations change: embeddings of different versions do not compare. */
export const TAXONOMY_VERSION = "1"

export interface VibeTagInfo {
  readonly tag: string
  /** Its dimension in the vibe space. */
  readonly index: number
  readonly group: string
  readonly means: string
  readonly words: ReadonlyArray<string>
  readonly related: ReadonlyArray<{ readonly tag: string; readonly weight: number }>
}

const relatedTo = (tag: string) =>
  TAG_RELATIONS.flatMap(([a, b, weight]) =>
    a === tag ? [{ tag: b, weight }] : b === tag ? [{ tag: a, weight }] : []
  ).sort((x, y) => y.weight - x.weight)

export const TAXONOMY: ReadonlyArray<VibeTagInfo> = TAG_ENTRIES.map((entry, index) => ({
  ...entry,
  index,
  related: relatedTo(entry.tag)
}))

export const VIBE_TAGS: ReadonlyArray<string> = TAXONOMY.map((info) => info.tag)

export const TAG_GROUPS: ReadonlyArray<string> = [...new Set(TAXONOMY.map((info) => info.group))]

const indexByTag: ReadonlyMap<string, number> = new Map(VIBE_TAGS.map((tag, index) => [tag, index]))

/** The dimension of a tag, or `undefined` where there is no such tag. */
export const tagIndex = (tag: string): number | undefined => indexByTag.get(tag)

export const isVibeTag = (tag: string): boolean => indexByTag.has(tag)

export const VibeTag = Schema.String.check(
  Schema.makeFilter((tag: string) => isVibeTag(tag) || `"${tag}" is not one of the ${VIBE_DIMENSIONS} vibe tags`)
)
