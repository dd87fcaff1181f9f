/**
 * Scraped text is hostile until proven otherwise. What comes out of here is plain words: no markup, no invisible
 * characters, no sentence that speaks to a machine instead of to people.
 */

import * as Result from "effect/Result"
import { entryOf } from "../../basics/entry-of.ts"
import { withoutElements } from "../../web/markup.ts"

/** Longer than any honest post about places. */
export const MAX_POST_CHARS = 50_000
/** As much of a post as is read and kept. */
export const MAX_KEPT_CHARS = 8_000
/** Less than this says nothing of a place. */
const MIN_KEPT_CHARS = 4

export interface CleanText {
  readonly text: string
  /** What was taken out, in words. */
  readonly notes: ReadonlyArray<string>
}

/** Zero-width characters, joiners, direction marks, soft hyphens, tags and control characters, line ends apart. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]|[^\P{Cc}\n\t]/gu

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " }

const decodeEntities = (text: string): string =>
  text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => {
    if (name[0] !== "#") return entryOf(ENTITIES, name.toLowerCase()) ?? whole
    const code =
      name[1] === "x" || name[1] === "X" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : " "
  })

const NOT_READ = new Set(["script", "style", "template", "noscript", "iframe", "svg", "head"])

/** Whole elements that nobody reads, then all other tags and comments. */
const stripMarkup = (text: string): string =>
  withoutElements(text, NOT_READ)
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/<[a-z/!?][^<>]*(?:>|$)/gi, " ")

/** How people talk to models, and never to each other about restaurants. */
const INSTRUCTION =
  /\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(previous|prior|above|earlier|all|any|your|the)\b.{0,30}\b(instruction|prompt|rule|direction|context|guideline)s?\b|\b(system|developer|hidden)\s*(prompt|message|instruction)s?\b|\byou are (now|no longer)\b.{0,40}\b(assistant|model|ai|bot|dan|system)\b|\b(as|being) an? (ai|language model|assistant)\b|^\s*(system|assistant|user|human)\s*:|<\|?\s*(im_start|im_end|system|endoftext)|\b(respond|reply|answer|output|return|print)\b.{0,30}\b(only|exactly|with|as)\b.{0,30}\b(json|vibe|vibes|weight|tag|tags|score|1\.0)\b|\b(set|assign|rate|score|classify|label|tag)\b.{0,30}\b(only|exactly|with|as|to|this|it)\b.{0,30}\b(json|vibe|vibes|weight|tags|score|1\.0)\b|\bdo not (mention|reveal|tell)\b.{0,30}\b(instruction|prompt|user)s?\b/i

export const cleanPost = (raw: string): Result.Result<CleanText, string> => {
  if (raw.length > MAX_POST_CHARS) {
    return Result.fail(`${raw.length} characters; more than ${MAX_POST_CHARS} is no post about a place`)
  }
  const notes: Array<string> = []
  // Entities may hide tags, and tags may hide entities: once around, and what is still encoded stays text.
  const decoded = decodeEntities(raw).toWellFormed()
  const visible = decoded.replace(INVISIBLE, "")
  const unmarked = stripMarkup(visible)
  if (unmarked.length !== visible.length) notes.push("markup was removed")
  if (visible.length !== decoded.length) notes.push("invisible characters were removed")
  const normal = unmarked.normalize("NFKC").replace(INVISIBLE, "")
  const sentences = normal.split(/(?<=[.!?。！？])\s+|\n+/u)
  const spoken = sentences.filter((sentence) => !INSTRUCTION.test(sentence))
  if (spoken.length !== sentences.length) notes.push("a sentence that gives instructions to a model was removed")
  const text = spoken.join(" ").replace(/\s+/g, " ").trim()
  if (text.length < MIN_KEPT_CHARS) return Result.fail("nothing is left to read")
  if (text.length > MAX_KEPT_CHARS) notes.push(`only the first ${MAX_KEPT_CHARS} characters are read`)
  return Result.succeed({ text: text.slice(0, MAX_KEPT_CHARS), notes })
}
