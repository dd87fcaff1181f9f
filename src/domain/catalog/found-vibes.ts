/**
 * Vibes that posts found, blended into those that a place's sources give it. A tag that a campaign could have brought in does
 * not count: more authors than that have to speak of it, over more than one month.
 */
import { type AuthorVoice, CAMPAIGN, monthsOf, weightOf } from "./voices.ts"

/** So many undecided voices are heard beside those that name a tag, so that a few of them are no pattern. */
const UNDECIDED = 8
/** Voices at which what posts found weighs as much as what the sources say. */
const HALF_BLEND = 12
/** A place's vibes are few enough to be told. */
const MOST_TAGS = 8
/** What a tag weighs that every voice names. */
const NAMED_BY_ALL = 1
/** Nobody names all vibes of a place: a tag that this share names is as strong as it gets. */
const FULL_SHARE = 0.4
const LEAST = 0.1

export interface WeightedTags {
  readonly tags: ReadonlyArray<string>
  readonly weights: ReadonlyArray<number>
}

const round = (x: number) => Math.round(x * 100) / 100

export const blendVibes = (own: WeightedTags, voices: ReadonlyArray<AuthorVoice>): WeightedTags => {
  const named = new Map<string, Array<AuthorVoice>>()
  for (const voice of voices) for (const tag of voice.vibes) named.set(tag, [...(named.get(tag) ?? []), voice])
  const found = new Map<string, number>()
  const all = weightOf(voices)
  for (const [tag, by] of named) {
    const months = monthsOf(by)
    const beyond = weightOf(by) - CAMPAIGN
    if (by.length <= CAMPAIGN || beyond <= 0 || months < 2) continue
    found.set(tag, NAMED_BY_ALL * Math.min(1, beyond / (all + UNDECIDED) / FULL_SHARE))
  }
  if (found.size === 0) return own
  const share = all / (all + HALF_BLEND)
  const before = new Map(own.tags.map((tag, i) => [tag, own.weights[i]!]))
  const blended = [...new Set([...before.keys(), ...found.keys()])]
    .map((tag) => {
      const [had, has] = [before.get(tag), found.get(tag)]
      // Posts that do not speak of a tag do not deny it.
      if (has === undefined) return [tag, had!] as const
      return [tag, round(had === undefined ? share * has : Math.max(had, (1 - share) * had + share * has))] as const
    })
    .filter(([, weight]) => weight >= LEAST)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, MOST_TAGS)
  return { tags: blended.map(([tag]) => tag), weights: blended.map(([, weight]) => weight) }
}
