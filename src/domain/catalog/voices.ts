/**
 * Posts as voices: one author is one voice on a place, however much is written. Near-copies count once, a week and a source
 * have no more than a bounded pull, and old voices fade. Three authors together can change nothing that others have said:
 * as many are left out on each side before a score is made of the rest.
 */
import type { Voice } from "./node.ts"

/** Whose side somebody speaks for; who does not say it counts for neither, and is heard for vibes alone. */
export type HeardVoice = Voice | "unclear"

/** One mention of a place in a post, as it is stored. */
export interface MentionRow {
  readonly source: string
  /** A pseudonym; `null` where the source does not say who wrote it. */
  readonly author: string | null
  readonly voice: HeardVoice
  /** 0 dislikes it · 1 loves it. */
  readonly sentiment: number
  readonly avoid: boolean
  /** The day it was written, where the source says. */
  readonly posted_on: string | null
  /** 16 hexadecimal digits that differ in few bits for near-copies. */
  readonly fingerprint: string
  readonly vibes: ReadonlyArray<string>
}

export interface AuthorVoice {
  readonly voice: HeardVoice
  readonly sources: ReadonlyArray<string>
  readonly sentiment: number
  readonly avoid: boolean
  /** As how many posts it is counted where people are told of it, and how many of those warn: days, where nobody says who they are. */
  readonly posts: number
  readonly warnings: number
  /** The last day, and its month, that it was heard on. */
  readonly day: string | null
  readonly month: string | null
  readonly vibes: ReadonlyArray<string>
  /** 0–1: less for old ones, and for those of a crowded week. */
  readonly weight: number
}

/** A campaign of this many authors must not count. */
export const CAMPAIGN = 3
/** Bits that near-copies may differ in, of 64. */
const COPY_BITS = 9
/** Of one author on one place, no more than the newest few are read. */
export const MOST_BY_AUTHOR = 3
/** Of those of one source that nobody signed, no more than the newest few: together they are one voice on each side. */
export const MOST_NAMELESS = 60
/** Mentions of one place that are compared with each other; older ones are not read. */
export const MOST_COMPARED = 600
/** A voice weighs half after so many days. */
const HALF_LIFE_DAYS = 3 * 365
/** What does not say when it was written may be old: it counts as this old for good. */
const UNDATED_DAYS = HALF_LIFE_DAYS
/** What all voices of a week weigh together, at most: so much, or this share of all. */
const WEEK_VOICES = 3
const WEEK_SHARE = 1 / 3
/** What all voices of a source weigh together, at most: so much, or as much as all other sources. */
const SOURCE_VOICES = 40

const DAY_MS = 86_400_000
const dayOf = (date: string): number => Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY_MS)

const bits = (n: number): number => {
  let x = n - ((n >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return (((x + (x >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

const halves = (fingerprint: string): readonly [number, number] => [
  Number.parseInt(fingerprint.slice(0, 8), 16) | 0,
  Number.parseInt(fingerprint.slice(8, 16), 16) | 0
]

/** Who does not say who they are is one voice on each side in each source: nobody can tell them apart. */
const speakerOf = ({ author, source, voice }: MentionRow): string => author ?? `?${source}|${voice}`
/** Of an author, or of a source's nameless ones of a day, only the newest few are read. */
const readTogether = ({ author, source, posted_on }: MentionRow): string => author ?? `?${source}@${posted_on ?? ""}`
const countUp = (counts: Map<string, number>, key: string): number => {
  const count = (counts.get(key) ?? 0) + 1
  counts.set(key, count)
  return count
}
/** An author is counted once, the nameless of a source once for each day. */
const counted = (own: ReadonlyArray<MentionRow>): number =>
  own[0] === undefined ? 0 : own[0].author === null ? new Set(own.map(({ posted_on }) => posted_on)).size : 1

/**
 * Of near-copies one alone, so that whoever repeats it adds nothing: that of the speaker who says least else, and of those the
 * oldest. So nobody is silenced by being copied under an earlier date. `rows` are the oldest first.
 */
const withoutCopies = (rows: ReadonlyArray<MentionRow>): ReadonlyArray<MentionRow> => {
  const said = new Map<string, number>()
  for (const row of rows) said.set(speakerOf(row), (said.get(speakerOf(row)) ?? 0) + 1)
  const kept: Array<{ readonly at: number; readonly row: MentionRow; readonly print: readonly [number, number] }> = []
  const leastFirst = rows
    .map((row, at) => ({ row, at }))
    .sort((a, b) => said.get(speakerOf(a.row))! - said.get(speakerOf(b.row))! || a.at - b.at)
  for (const { row, at } of leastFirst) {
    const print = halves(row.fingerprint)
    const copy = kept.some(({ print: [a, b] }) => bits(a ^ print[0]) + bits(b ^ print[1]) <= COPY_BITS)
    if (!copy) kept.push({ at, row, print })
  }
  return kept.sort((a, b) => a.at - b.at).map(({ row }) => row)
}

const mean = (list: ReadonlyArray<number>) => list.reduce((sum, x) => sum + x, 0) / list.length

export const weightOf = (voices: ReadonlyArray<AuthorVoice>): number => voices.reduce((sum, one) => sum + one.weight, 0)

/** One source, however many speak there, is no whole city. */
const boundedBySource = (voices: ReadonlyArray<AuthorVoice>): ReadonlyArray<AuthorVoice> => {
  const all = weightOf(voices)
  if (all <= SOURCE_VOICES) return voices
  const of = new Map([...Map.groupBy(voices, ({ sources }) => sources[0]!)].map(([name, own]) => [name, weightOf(own)]))
  return voices.map((voice) => {
    const own = of.get(voice.sources[0]!)!
    const most = Math.max(SOURCE_VOICES, all - own)
    return own <= most ? voice : { ...voice, weight: (voice.weight * most) / own }
  })
}

/** The side that an author takes where it is said, the locals' where it is said as often of both. */
const sideTaken = (own: ReadonlyArray<MentionRow>): HeardVoice => {
  const said = own.filter(({ voice }) => voice !== "unclear")
  if (said.length === 0) return "unclear"
  return said.filter(({ voice }) => voice === "local").length * 2 >= said.length ? "local" : "tourist"
}

/** The voices on one place. `today` is the day that they are heard on. */
export const voicesOf = (rows: ReadonlyArray<MentionRow>, today: string): ReadonlyArray<AuthorVoice> => {
  const order = (row: MentionRow) =>
    `${row.posted_on ?? "9999"}|${row.source}|${speakerOf(row)}|${row.fingerprint}|${row.sentiment}`
  const sorted = rows.map((row) => [order(row), row] as const).sort(([a], [b]) => (a < b ? -1 : 1))
  const left = new Map<string, number>()
  const oldestFirst = sorted
    .reverse()
    .flatMap(([, row]) => {
      const said = countUp(left, readTogether(row))
      if (said > MOST_BY_AUTHOR) return []
      return row.author === null && countUp(left, `?${row.source}`) > MOST_NAMELESS ? [] : [row]
    })
    .slice(0, MOST_COMPARED)
    .reverse()
  const bySpeaker = Map.groupBy(withoutCopies(oldestFirst), speakerOf)
  const voices = [...bySpeaker.values()].map((own) => {
    const last = own.at(-1)!
    const age = last.posted_on === null ? UNDATED_DAYS : Math.max(0, dayOf(today) - dayOf(last.posted_on))
    return {
      voice: sideTaken(own),
      sources: [...new Set(own.map(({ source }) => source))],
      sentiment: mean(own.map(({ sentiment }) => sentiment)),
      avoid: last.author === null ? own.filter(({ avoid }) => avoid).length * 2 > own.length : last.avoid,
      posts: counted(own),
      warnings: last.author === null ? counted(own.filter(({ avoid }) => avoid)) : last.avoid ? 1 : 0,
      day: last.posted_on?.slice(0, 10) ?? null,
      month: last.posted_on?.slice(0, 7) ?? null,
      vibes: [...new Set(own.flatMap(({ vibes }) => vibes))],
      weight: 0.5 ** (age / HALF_LIFE_DAYS),
      week: last.posted_on === null ? -1 : Math.floor((dayOf(last.posted_on) + 3) / 7)
    }
  })
  const most = Math.max(WEEK_VOICES, voices.length * WEEK_SHARE)
  const inWeek = Map.groupBy(voices, ({ week }) => week)
  return boundedBySource(
    voices.map(({ week, ...voice }) => {
      const crowd = week < 0 ? 1 : Math.max(1, inWeek.get(week)!.length / most)
      return { ...voice, weight: voice.weight / crowd }
    })
  )
}

/** Some are left out before the rest is listened to: the loudest of one end, or as many of both. */
export type LeftOut = "lowest" | "highest" | "both" | "nobody"

const bySentiment = (a: AuthorVoice, b: AuthorVoice) => a.sentiment - b.sentiment || Number(b.avoid) - Number(a.avoid)

/** These voices of one side without a campaign's worth of them. */
export const withoutCampaign = (
  voices: ReadonlyArray<AuthorVoice>,
  side: Voice,
  leftOut: LeftOut
): ReadonlyArray<AuthorVoice> => {
  const sorted = voices.filter(({ voice }) => voice === side).sort(bySentiment)
  if (leftOut === "nobody") return sorted
  return sorted.slice(
    leftOut === "highest" ? 0 : CAMPAIGN,
    leftOut === "lowest" ? undefined : Math.max(0, sorted.length - CAMPAIGN)
  )
}

export interface HeardVoices {
  readonly score: number
  readonly spread: number
  /** What they weigh together. */
  readonly weight: number
}

export const heardVoices = (voices: ReadonlyArray<AuthorVoice>): HeardVoices | null => {
  const weight = weightOf(voices)
  if (voices.length === 0 || weight <= 0) return null
  const score = voices.reduce((sum, one) => sum + one.sentiment * one.weight, 0) / weight
  const variance = voices.reduce((sum, one) => sum + (one.sentiment - score) ** 2 * one.weight, 0) / weight
  return { score, weight, spread: Math.min(0.5, Math.sqrt(variance) / Math.sqrt(voices.length)) }
}

/** A score of a few voices is drawn towards "nobody knows", as if so many undecided ones were heard with them. */
const UNDECIDED = 16
/** Beside so many, a few voices hardly weigh: it is what keeps three of them from moving a place by more than three ranks. */
export const CROWD = 48

/** The voices of one side beyond those that two campaigns could have. */
const beyondCampaigns = (own: ReadonlyArray<AuthorVoice>): number => Math.max(0, weightOf(own) - 2 * CAMPAIGN)
const weightHeard = (own: ReadonlyArray<AuthorVoice>): number => {
  const beyond = beyondCampaigns(own)
  return (beyond * beyond) / (beyond + CROWD)
}

/** A side's score without what a campaign may have added, drawn towards "nobody knows" where few are left; and what it weighs. */
export const scoreOfSide = (
  voices: ReadonlyArray<AuthorVoice>,
  side: Voice
): { readonly score: number; readonly weight: number } | null => {
  const own = voices.filter(({ voice }) => voice === side)
  const middle = heardVoices(withoutCampaign(own, side, "both"))
  const beyond = beyondCampaigns(own)
  if (middle === null || beyond === 0) return null
  return { score: (middle.score * beyond + 0.5 * UNDECIDED) / (beyond + UNDECIDED), weight: weightHeard(own) }
}

/** How much of all these voices, by what they weigh, tells others to stay away. */
export const warnedOf = (voices: ReadonlyArray<AuthorVoice>): number => {
  const weight = weightOf(voices)
  return weight <= 0 ? 0 : weightOf(voices.filter(({ avoid }) => avoid)) / weight
}

/** The share of the locals who warn, without what a campaign may have added, and doubted where few are left. */
export const warnedShare = (voices: ReadonlyArray<AuthorVoice>): number => {
  const own = voices.filter(({ voice }) => voice === "local")
  const weight = weightHeard(own)
  return (warnedOf(withoutCampaign(own, "local", "both")) * weight) / (weight + CROWD)
}

/** Over how many months they speak; who does not say when speaks in none. */
export const monthsOf = (voices: ReadonlyArray<AuthorVoice>): number =>
  new Set(voices.flatMap(({ month }) => month ?? [])).size

/** Authors who tell others to stay away, over how many months, and in how many posts. */
export const warnings = (voices: ReadonlyArray<AuthorVoice>) => {
  const locals = voices.filter(({ voice }) => voice === "local")
  const warning = locals.filter(({ avoid }) => avoid)
  return {
    authors: warning.length,
    months: monthsOf(warning),
    posts: locals.reduce((sum, one) => sum + one.warnings, 0)
  }
}
