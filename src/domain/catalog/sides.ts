/** The two sides that speak of a place, locals and visitors, each as all that was counted of it: by others, and in posts. */
import type { CountedLine, QualitySignal, QualitySummary, Voice } from "./node.ts"
import { type AuthorVoice, heardVoices, type LeftOut, scoreOfSide, withoutCampaign } from "./voices.ts"

/** Fewer mentions than this on a side are hearsay. */
const MIN_MENTIONS = 3

/** One loud source is not a crowd: mentions of a single source count no further than this. */
const MENTIONS_PER_SOURCE = 40

/** Mentions at which a side's voice counts half: its weight is n / (n + this). */
const HALF_VOICE = 4

export interface Side {
  readonly score: number
  readonly mentions: number
  /** As how many voices it counts. */
  readonly weight: number
  readonly voice: number
  /** 0–0.5: how far the sources of this side lie apart. */
  readonly spread: number
  readonly sources: ReadonlyArray<string>
}

/** One side of what was counted elsewhere and of the voices of posts, each of its own weight. */
export const sideWithVoices = (
  signals: ReadonlyArray<QualitySignal>,
  voices: ReadonlyArray<AuthorVoice>,
  voice: Voice,
  leftOut?: LeftOut
): Side | null => {
  const counted = sideOf(
    signals.filter(({ kind }) => kind !== "posts"),
    voice
  )
  const own = voices.filter((one) => one.voice === voice)
  if (own.length === 0) return counted
  const left = leftOut === undefined ? own : withoutCampaign(own, voice, leftOut)
  const heard = heardVoices(left)
  const posts = leftOut === undefined ? scoreOfSide(own, voice) : heard
  const elsewhere = counted === null ? 0 : counted.weight
  const total = elsewhere + (posts?.weight ?? 0)
  return {
    score: total === 0 ? 0.5 : ((counted?.score ?? 0) * elsewhere + (posts?.score ?? 0) * (posts?.weight ?? 0)) / total,
    mentions: (counted?.mentions ?? 0) + left.length,
    weight: total,
    voice: total / (total + HALF_VOICE),
    spread: Math.max(counted?.spread ?? 0, heard?.spread ?? 0),
    sources: [
      ...new Set([...(counted?.sources ?? []), ...own.flatMap(({ sources }) => sources.map((name) => `posts:${name}`))])
    ].sort()
  }
}

export const sideOf = (signals: ReadonlyArray<QualitySignal>, voice: Voice): Side | null => {
  const own = signals.filter((signal) => signal.voice === voice && signal.mentions > 0)
  if (own.length === 0) return null
  const counted = own.map((signal) => Math.min(signal.mentions, MENTIONS_PER_SOURCE))
  const total = counted.reduce((sum, n) => sum + n, 0)
  const score = own.reduce((sum, signal, i) => sum + signal.score * counted[i]!, 0) / total
  const variance = own.reduce((sum, signal, i) => sum + (signal.score - score) ** 2 * counted[i]!, 0) / total
  return {
    score,
    mentions: own.reduce((sum, signal) => sum + signal.mentions, 0),
    weight: total,
    voice: total / (total + HALF_VOICE),
    spread: Math.min(0.5, Math.sqrt(variance)),
    sources: [...new Set(own.map((signal) => signal.source))].sort()
  }
}

export const round = (x: number) => Math.round(x * 1000) / 1000

export const summarise = (side: Side | null, weighed: boolean): QualitySummary["local"] =>
  side === null
    ? null
    : {
        score: round(side.score),
        mentions: side.mentions,
        sources: side.sources,
        ...(weighed ? { weight: round(side.weight) } : {})
      }

/** Locals first, then by kind and source: the same lines whatever order the rows come in. */
export const linesOf = (signals: ReadonlyArray<QualitySignal>): ReadonlyArray<CountedLine> =>
  signals
    .filter(({ mentions }) => mentions > 0)
    .map(({ kind, voice, source, mentions, score, licence }) => ({
      kind,
      voice,
      source,
      count: mentions,
      score: round(score),
      licence
    }))
    .sort((a, b) => order(a).localeCompare(order(b)))

const order = ({ voice, kind, source }: CountedLine) => `${voice}|${kind}|${source}`

/** The side, where enough of it is heard to count. */
export const heard = (side: Side | null): Side | null =>
  side !== null && side.weight > 0 && side.mentions >= MIN_MENTIONS ? side : null
