/**
 * What sources say of a place, cross-referenced: do locals and tourist lists tell the same story, and is the place
 * famous for being famous? Where the evidence is thin the answer is `null`, never a guess.
 */
import type { CountedLine, EditorJudgement, QualitySignal, QualitySummary, Voice } from "./node.ts"
import { editorsView, reasonOfSide } from "./sayings.ts"
import { standing } from "./standing.ts"
import {
  type AuthorVoice,
  CAMPAIGN,
  heardVoices,
  type LeftOut,
  scoreOfSide,
  warnedShare,
  warnings,
  withoutCampaign
} from "./voices.ts"

/** Fewer mentions than this on a side are hearsay. */
const MIN_MENTIONS = 3

/** One loud source is not a crowd: mentions of a single source count no further than this. */
const MENTIONS_PER_SOURCE = 40

/** Mentions at which a side's voice counts half: its weight is n / (n + this). */
const HALF_VOICE = 4

/** One warning is a mood, two are a pattern. */
const RECURRING_AVOID = 2

/** Warnings of posts are a pattern when so many authors give them … */
const RECURRING_AUTHORS = 3
/** … over so many months. */
const RECURRING_MONTHS = 2
/** From this share of the locals on, a recurring warning is enough by itself. */
const WARNED_SHARE = 1 / 3

/** How far a unanimous warning pulls the locals' score down. */
const AVOID_WEIGHT = 0.6

/** Praised by tourist lists from here … */
const TOURIST_HIGH = 0.7
/** … and not by locals up to here. */
const LOCAL_LOW = 0.4

/** A lead this large over both thresholds is as clear as it gets. */
const CLEAR_MARGIN = 0.3

/** What a place can be trusted at most when only one side speaks of it. */
const ONE_SIDED = 0.75

/** What a place can be trusted at most when only an editor speaks of it. */
export const EDITOR_CAP = 0.5

/** An editor's warning pulls the locals' score down as far as one given by this share of the locals. */
const WARNING_SHARE = 0.5

interface Side {
  readonly score: number
  readonly mentions: number
  /** As how many voices it counts. */
  readonly weight: number
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

type Verdict = Pick<CrossReference, "overrated_flag" | "overrated_confidence" | "reasons"> & {
  readonly by?: "editor" | "sources"
}

/** One side of what was counted elsewhere and of the voices of posts, each of its own weight. */
const sideWithVoices = (
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

const sideOf = (signals: ReadonlyArray<QualitySignal>, voice: Voice): Side | null => {
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

const round = (x: number) => Math.round(x * 1000) / 1000

const summarise = (side: Side | null, weighed: boolean): QualitySummary["local"] =>
  side === null
    ? null
    : {
        score: round(side.score),
        mentions: side.mentions,
        sources: side.sources,
        ...(weighed ? { weight: round(side.weight) } : {})
      }

/** Locals first, then by kind and source: the same lines whatever order the rows come in. */
const linesOf = (signals: ReadonlyArray<QualitySignal>): ReadonlyArray<CountedLine> =>
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
const heard = (side: Side | null): Side | null =>
  side !== null && side.weight > 0 && side.mentions >= MIN_MENTIONS ? side : null

const confidence = (local: Side | null, tourist: Side | null): number | null => {
  const sides = [heard(local), heard(tourist)].filter((side) => side !== null)
  if (sides.length === 0) return null
  const voice = sides.length === 2 ? Math.sqrt(sides[0]!.voice * sides[1]!.voice) : ONE_SIDED * sides[0]!.voice
  return round(voice * (1 - Math.max(...sides.map((side) => side.spread))))
}

const editorConfidence = (judgement: EditorJudgement | null): number | null =>
  judgement === null || (judgement.local === null && judgement.tourist === null)
    ? null
    : round(EDITOR_CAP * (1 - judgement.uncertainty))

const clarityOf = (lead: number) => 0.5 + 0.5 * Math.min(1, Math.abs(lead) / CLEAR_MARGIN)

const leadOf = (touristScore: number, liked: number) => Math.min(touristScore - TOURIST_HIGH, LOCAL_LOW - liked)

/** What was counted, where it is enough to decide. */
const bySources = (local: Side | null, tourist: Side | null, avoid: number): Verdict => {
  const abstain = (...reasons: ReadonlyArray<string>): Verdict => ({
    overrated_flag: null,
    overrated_confidence: 0,
    reasons
  })
  if (local === null) return abstain("no local source speaks of it")
  if (heard(local) === null) return abstain(reasonOfSide("local", local))
  if (tourist === null) {
    return {
      overrated_flag: false,
      overrated_confidence: round(local.voice),
      reasons: [reasonOfSide("local", local), "no tourist list names it"],
      by: "sources"
    }
  }
  if (heard(tourist) === null) return abstain(reasonOfSide("local", local), reasonOfSide("tourist", tourist))
  const avoidShare = avoid >= RECURRING_AVOID ? Math.min(1, avoid / local.mentions) : 0
  const lead = leadOf(tourist.score, local.score - AVOID_WEIGHT * avoidShare)
  return {
    // A hair's breadth of rounding must not decide at the threshold itself.
    overrated_flag: lead >= -1e-9,
    overrated_confidence: round(Math.sqrt(local.voice * tourist.voice) * clarityOf(lead)),
    reasons: [
      reasonOfSide("local", local),
      reasonOfSide("tourist", tourist),
      ...(avoidShare > 0 ? [reasonOfSide("local", { ...local, avoid })] : [])
    ],
    by: "sources"
  }
}

/** The loudest voices of one end, as many as a campaign has, are not listened to. */
interface Heard {
  readonly local: Side | null
  readonly tourist: Side | null
  readonly warned: number
}

const hear = (
  signals: ReadonlyArray<QualitySignal>,
  voices: ReadonlyArray<AuthorVoice>,
  doubt: "critics" | "friends"
): Heard => {
  const [low, high] = doubt === "critics" ? (["lowest", "highest"] as const) : (["highest", "lowest"] as const)
  const locals = withoutCampaign(voices, "local", low)
  const { authors, months } = warnings(locals)
  const recurring = authors >= RECURRING_AUTHORS && months >= RECURRING_MONTHS
  return {
    local: heard(sideWithVoices(signals, voices, "local", low)),
    tourist: heard(sideWithVoices(signals, voices, "tourist", high)),
    warned: recurring && locals.length > 0 ? locals.filter(({ avoid }) => avoid).length / locals.length : 0
  }
}

/** How far it is overrated on what is heard, above 0 where it is; `undefined` where too little is heard. */
const leadOn = ({ local, tourist, warned }: Heard): number | undefined => {
  if (local === null) return undefined
  const byWarning = warned - WARNED_SHARE
  const byScores = tourist === null ? -1 : leadOf(tourist.score, local.score - AVOID_WEIGHT * warned)
  return Math.max(byWarning, byScores)
}

/**
 * What voices of posts decide: overrated is what is so without its loudest critics, and not overrated what is not so without its
 * loudest friends. So no campaign turns one into the other; what hangs on a handful of voices stays open.
 */
const byVoices = (signals: ReadonlyArray<QualitySignal>, voices: ReadonlyArray<AuthorVoice>): Verdict => {
  const [local, tourist] = [sideWithVoices(signals, voices, "local"), sideWithVoices(signals, voices, "tourist")]
  const reasons = [
    local === null ? "no local source speaks of it" : reasonOfSide("local", local),
    tourist === null ? "no tourist list names it" : reasonOfSide("tourist", tourist),
    ...(local !== null && warnings(voices).authors > 0
      ? [reasonOfSide("local", { ...local, avoid: warnings(voices).authors })]
      : [])
  ]
  const weight = Math.sqrt((local?.voice ?? 0) * (tourist?.voice ?? local?.voice ?? 0))
  const without = {
    critics: leadOn(hear(signals, voices, "critics")),
    friends: leadOn(hear(signals, voices, "friends"))
  }
  const decided = (flag: boolean, lead: number): Verdict => ({
    overrated_flag: flag,
    overrated_confidence: round(weight * clarityOf(lead)),
    reasons,
    by: "sources"
  })
  if (without.critics !== undefined && without.critics >= -1e-9) return decided(true, without.critics)
  if (without.friends !== undefined && without.friends < -1e-9) return decided(false, without.friends)
  const thin = without.critics === undefined || without.friends === undefined
  return {
    overrated_flag: null,
    overrated_confidence: 0,
    reasons: [...reasons, thin ? "too few voices to tell" : `it hangs on ${CAMPAIGN} voices or fewer`]
  }
}

/** The editor's word, with what was counted taken into its scores; it decides only where counting does not. */
const byEditor = (summary: QualitySummary, judgement: EditorJudgement): Verdict | undefined => {
  const local = standing({ ...summary, editor: judgement }, "local")
  const tourist = standing({ ...summary, editor: judgement }, "tourist")
  if (judgement.local === null || local === undefined) return undefined
  const sure = EDITOR_CAP * (1 - judgement.uncertainty)
  if (tourist === undefined) {
    return { overrated_flag: false, overrated_confidence: round(sure), reasons: [editorsView(false)], by: "editor" }
  }
  const lead = leadOf(tourist, local - AVOID_WEIGHT * (judgement.warning === null ? 0 : WARNING_SHARE))
  const flag = lead >= -1e-9
  return {
    overrated_flag: flag,
    overrated_confidence: round(sure * clarityOf(lead)),
    reasons: [editorsView(flag)],
    by: "editor"
  }
}

/**
 * Cross-references all signals of one place, what an editor thinks of it and, where posts are known one by one, their voices in
 * place of their counts. The order does not matter.
 */
export const crossReference = (
  signals: ReadonlyArray<QualitySignal>,
  judgement: EditorJudgement | null = null,
  voices: ReadonlyArray<AuthorVoice> = []
): CrossReference => {
  const weighed = voices.length > 0
  const local = weighed ? sideWithVoices(signals, voices, "local") : sideOf(signals, "local")
  const tourist = weighed ? sideWithVoices(signals, voices, "tourist") : sideOf(signals, "tourist")
  const avoid = signals.reduce(
    (sum, { voice, kind, avoid_mentions }) =>
      sum + (voice === "local" && !(weighed && kind === "posts") ? avoid_mentions : 0),
    weighed ? warnings(voices).authors : 0
  )
  const counted: QualitySummary = {
    local: summarise(local, weighed),
    tourist: summarise(tourist, weighed),
    avoid_mentions: avoid,
    ...(weighed ? { avoid_weight: round(warnedShare(voices) * (local?.weight ?? 0)) } : {})
  }
  const sources = weighed ? byVoices(signals, voices) : bySources(local, tourist, avoid)
  // Locals who were counted overrule the editor only together with visitors who were, or where both know of no visitors.
  const decided = sources.overrated_flag !== null && (heard(tourist) !== null || judgement?.tourist == null)
  const verdict = decided || judgement === null ? sources : (byEditor(counted, judgement) ?? sources)
  const confidences = [confidence(local, tourist), editorConfidence(judgement)].filter((one) => one !== null)
  return {
    summary: {
      ...counted,
      lines: linesOf(signals),
      ...(judgement === null ? {} : { editor: judgement }),
      ...(verdict.overrated_flag === null || verdict.by === undefined ? {} : { flagged_by: verdict.by })
    },
    cross_ref_confidence: confidences.length === 0 ? null : Math.max(...confidences),
    overrated_flag: verdict.overrated_flag,
    overrated_confidence: verdict.overrated_confidence,
    reasons: verdict.reasons
  }
}
