/**
 * What sources say of a place, cross-referenced: do locals and tourist lists tell the same story, and is the place
 * famous for being famous? Where the evidence is thin the answer is `null`, never a guess.
 */
import type { QualitySignal, QualitySummary, SignalKind } from "./node.ts"

/** Fewer mentions than this on a side are hearsay. */
export const MIN_MENTIONS = 3

/** One loud source is not a crowd: mentions of a single source count no further than this. */
export const MENTIONS_PER_SOURCE = 40

/** Mentions at which a side's voice counts half: its weight is n / (n + this). */
const HALF_VOICE = 4

/** One warning is a mood, two are a pattern. */
export const RECURRING_AVOID = 2

/** How far a unanimous warning pulls the locals' score down. */
const AVOID_WEIGHT = 0.6

/** Praised by tourist lists from here … */
export const TOURIST_HIGH = 0.7
/** … and not by locals up to here. */
export const LOCAL_LOW = 0.4

/** A lead this large over both thresholds is as clear as it gets. */
const CLEAR_MARGIN = 0.3

/** What a place can be trusted at most when only one side speaks of it. */
const ONE_SIDED = 0.75

interface Side {
  readonly score: number
  readonly mentions: number
  readonly voice: number
  /** 0–0.5: how far the sources of this side lie apart. */
  readonly spread: number
  readonly sources: ReadonlyArray<string>
}

export interface CrossReference {
  readonly summary: QualitySummary
  /** How far the sources together can be relied on, 0–1; `null` where there are too few. */
  readonly cross_ref_confidence: number | null
  /** `null` where the detector abstains. */
  readonly overrated_flag: boolean | null
  /** How sure the flag is, 0–1; 0 where it abstains. */
  readonly overrated_confidence: number
  /** The reasons in words, for whoever asks why. */
  readonly reasons: ReadonlyArray<string>
}

const sideOf = (signals: ReadonlyArray<QualitySignal>, kind: SignalKind): Side | null => {
  const own = signals.filter((signal) => signal.kind === kind && signal.mentions > 0)
  if (own.length === 0) return null
  const counted = own.map((signal) => Math.min(signal.mentions, MENTIONS_PER_SOURCE))
  const total = counted.reduce((sum, n) => sum + n, 0)
  const score = own.reduce((sum, signal, i) => sum + signal.score * counted[i]!, 0) / total
  const variance = own.reduce((sum, signal, i) => sum + (signal.score - score) ** 2 * counted[i]!, 0) / total
  return {
    score,
    mentions: own.reduce((sum, signal) => sum + signal.mentions, 0),
    voice: total / (total + HALF_VOICE),
    spread: Math.min(0.5, Math.sqrt(variance)),
    sources: [...new Set(own.map((signal) => signal.source))].sort()
  }
}

const round = (x: number) => Math.round(x * 1000) / 1000

const summarise = (side: Side | null): QualitySummary["local"] =>
  side === null ? null : { score: round(side.score), mentions: side.mentions, sources: side.sources }

/** The side, where enough of it is heard to count. */
const heard = (side: Side | null): Side | null => (side !== null && side.mentions >= MIN_MENTIONS ? side : null)

const confidence = (local: Side | null, tourist: Side | null): number | null => {
  const sides = [heard(local), heard(tourist)].filter((side) => side !== null)
  if (sides.length === 0) return null
  const voice = sides.length === 2 ? Math.sqrt(sides[0]!.voice * sides[1]!.voice) : ONE_SIDED * sides[0]!.voice
  return round(voice * (1 - Math.max(...sides.map((side) => side.spread))))
}

const words = (side: Side, who: string) =>
  `${who}: ${Math.round(side.score * 100)} of 100 in ${side.mentions} mentions of ${side.sources.join(", ")}`

/** Cross-references all signals of one place. Their order does not matter. */
export const crossReference = (signals: ReadonlyArray<QualitySignal>): CrossReference => {
  const local = sideOf(signals, "local")
  const tourist = sideOf(signals, "tourist")
  const avoid = signals.reduce((sum, signal) => sum + (signal.kind === "local" ? signal.avoid_mentions : 0), 0)
  const cross_ref_confidence = confidence(local, tourist)
  const summary: QualitySummary = { local: summarise(local), tourist: summarise(tourist), avoid_mentions: avoid }
  const abstain = (...reasons: ReadonlyArray<string>): CrossReference => ({
    summary,
    cross_ref_confidence,
    overrated_flag: null,
    overrated_confidence: 0,
    reasons
  })
  if (local === null || heard(local) === null) {
    return abstain(local === null ? "no local source speaks of it" : `only ${local.mentions} local mentions`)
  }
  if (tourist === null) {
    return {
      summary,
      cross_ref_confidence,
      overrated_flag: false,
      overrated_confidence: round(local.voice),
      reasons: [words(local, "locals"), "no tourist list names it"]
    }
  }
  if (heard(tourist) === null)
    return abstain(words(local, "locals"), `only ${tourist.mentions} mentions in tourist lists`)
  const avoidShare = avoid >= RECURRING_AVOID ? Math.min(1, avoid / local.mentions) : 0
  const liked = local.score - AVOID_WEIGHT * avoidShare
  const lead = Math.min(tourist.score - TOURIST_HIGH, LOCAL_LOW - liked)
  const clarity = 0.5 + 0.5 * Math.min(1, Math.abs(lead) / CLEAR_MARGIN)
  return {
    summary,
    cross_ref_confidence,
    // A hair's breadth of rounding must not decide at the threshold itself.
    overrated_flag: lead >= -1e-9,
    overrated_confidence: round(Math.sqrt(local.voice * tourist.voice) * clarity),
    reasons: [
      words(local, "locals"),
      words(tourist, "tourist lists"),
      ...(avoidShare > 0 ? [`${avoid} local mentions tell others to stay away`] : [])
    ]
  }
}
