/**
 * Which place a post is about. A wrong match poisons a place's evidence, a missing one costs a single mention: whatever
 * is ambiguous stays unmatched.
 */
import { distanceKm, type Position } from "../../basics/geo.ts"
import { nameWords } from "../names.ts"

export interface MatchableNode extends Position {
  readonly id: string
  readonly name: string
  readonly neighbourhood: string
}

export interface PostAbout {
  readonly text: string
  /** The place's name, where the source says it apart from the text. */
  readonly place?: string | undefined
  readonly position?: Position | undefined
}

export type Match = { readonly id: string } | { readonly reason: string }

/** A position may be that of the street corner. */
const NEAR_KM = 0.3

/** One word names a place only when it is long enough not to be any word. */
const MIN_SINGLE_WORD = 6

export const makeMatcher = (nodes: ReadonlyArray<MatchableNode>): ((post: PostAbout) => Match) => {
  const byName = new Map<string, Array<MatchableNode>>()
  let longest = 1
  for (const node of nodes) {
    const words = nameWords(node.name)
    longest = Math.max(longest, words.length)
    const name = words.join(" ")
    const list = byName.get(name)
    if (list === undefined) byName.set(name, [node])
    else list.push(node)
  }

  const choose = (candidates: ReadonlyArray<MatchableNode>, post: PostAbout, folded: string): Match => {
    if (post.position !== undefined) {
      const near = candidates.filter((node) => distanceKm(node, post.position!) < NEAR_KM)
      if (near.length === 1) return { id: near[0]!.id }
      return { reason: near.length === 0 ? "no place of that name is there" : "several places of that name are there" }
    }
    if (candidates.length === 1) return { id: candidates[0]!.id }
    const there = candidates.filter(({ neighbourhood }) => {
      const words = nameWords(neighbourhood).join(" ")
      return words !== "" && ` ${folded} `.includes(` ${words} `)
    })
    return there.length === 1 ? { id: there[0]!.id } : { reason: "several places have that name" }
  }

  return (post) => {
    const words = nameWords(post.text)
    const folded = words.join(" ")
    if (post.place !== undefined) {
      const named = byName.get(nameWords(post.place).join(" "))
      return named === undefined ? { reason: "no place of that name is known" } : choose(named, post, folded)
    }
    const found = new Map<string, ReadonlyArray<MatchableNode>>()
    for (let at = 0; at < words.length; ) {
      let taken = 0
      for (let length = Math.min(longest, words.length - at); length >= 1 && taken === 0; length--) {
        const phrase = words.slice(at, at + length).join(" ")
        const named = byName.get(phrase)
        if (named === undefined || (length === 1 && phrase.length < MIN_SINGLE_WORD)) continue
        found.set(phrase, named)
        taken = length
      }
      at += Math.max(1, taken)
    }
    if (found.size === 0) return { reason: "it names no place that is known" }
    if (found.size > 1) return { reason: "it names several places" }
    return choose([...found.values()][0]!, post, folded)
  }
}
