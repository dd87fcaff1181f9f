/**
 * What sources say of a place, cross-referenced: do locals and tourist lists tell the same story, and is the place
 * famous for being famous? Where the evidence is thin the answer is `null`, never a guess.
 */
import type { EditorJudgement, QualitySignal, QualitySummary, Voice } from "./node.ts"
import { DETECTOR_REASONS, editorsView, reasonOfSide } from "./sayings.ts"
import { heard, linesOf, round, type Side, sideOf, sideWithVoices, summarise } from "./sides.ts"
import { standing } from "./standing.ts"
import {
  type AuthorVoice,
  CAMPAIGN,
  CROWD,
  type LeftOut,
  scoreOfSide,
  warnedOf,
  warnedShare,
  warnings,
  withoutCampaign
} from "./voices.ts"

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
  if (local === null) return abstain(DETECTOR_REASONS.noLocals)
  if (heard(local) === null) return abstain(reasonOfSide("local", local))
  if (tourist === null) {
    return {
      overrated_flag: false,
      overrated_confidence: round(local.voice),
      reasons: [reasonOfSide("local", local), DETECTOR_REASONS.noVisitors],
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

/** Whose loudest voices are not listened to, as many as a campaign has. */
type Doubt = "critics" | "friends" | "both" | "nobody"
const LEFT_OUT: Readonly<Record<Doubt, Readonly<Record<Voice, LeftOut>>>> = {
  critics: { local: "lowest", tourist: "highest" },
  friends: { local: "highest", tourist: "lowest" },
  both: { local: "both", tourist: "both" },
  nobody: { local: "nobody", tourist: "nobody" }
}

/** How far it is overrated on what is heard, above 0 where it is; `undefined` where too little is heard. */
const leadOn = (
  signals: ReadonlyArray<QualitySignal>,
  voices: ReadonlyArray<AuthorVoice>,
  doubt: Doubt
): number | undefined => {
  const locals = withoutCampaign(voices, "local", LEFT_OUT[doubt].local)
  const local = heard(sideWithVoices(signals, voices, "local", LEFT_OUT[doubt].local))
  const tourist = heard(sideWithVoices(signals, voices, "tourist", LEFT_OUT[doubt].tourist))
  if (local === null) return undefined
  const { authors, months } = warnings(locals)
  const warned = authors >= RECURRING_AUTHORS && months >= RECURRING_MONTHS ? warnedOf(locals) : 0
  const byScores = tourist === null ? -1 : leadOf(tourist.score, local.score - AVOID_WEIGHT * warned)
  return Math.max(warned - WARNED_SHARE, byScores)
}

const isOverrated = (lead: number) => lead >= -1e-9
const agrees = (flag: boolean | null, lead: number | undefined) => lead === undefined || flag === isOverrated(lead)

/**
 * What voices of posts decide: overrated is what is so without its loudest critics, and not overrated what is not so without its
 * loudest friends. Where no more locals speak than two campaigns have, what was known before posts holds, as long as they do not say
 * otherwise. So no campaign turns one into the other, nor an editor's word; what hangs on a handful of voices stays open.
 */
const byVoices = (
  signals: ReadonlyArray<QualitySignal>,
  voices: ReadonlyArray<AuthorVoice>,
  before: Verdict,
  knowsVisitors: boolean
): Verdict => {
  const locals = voices.filter(({ voice }) => voice === "local").length
  const [local, tourist] = [sideWithVoices(signals, voices, "local"), sideWithVoices(signals, voices, "tourist")]
  const reasons = [
    local === null ? DETECTOR_REASONS.noLocals : reasonOfSide("local", local),
    tourist === null ? DETECTOR_REASONS.noVisitors : reasonOfSide("tourist", tourist),
    ...(local !== null && warnings(voices).authors > 0
      ? [reasonOfSide("local", { ...local, avoid: warnings(voices).authors })]
      : [])
  ]
  const open = (why: string): Verdict => ({
    overrated_flag: null,
    overrated_confidence: 0,
    reasons: [...reasons, why]
  })
  if (locals <= 2 * CAMPAIGN) {
    if (before.overrated_flag === null) return open(DETECTOR_REASONS.tooFew)
    const agreed = locals <= CAMPAIGN || agrees(before.overrated_flag, leadOn(signals, voices, "nobody"))
    return agreed ? before : open(DETECTOR_REASONS.fewDisagree)
  }
  const weight = Math.sqrt((local?.voice ?? 0) * (tourist?.voice ?? local?.voice ?? 0))
  const without = { critics: leadOn(signals, voices, "critics"), friends: leadOn(signals, voices, "friends") }
  const decided = (flag: boolean, lead: number): Verdict =>
    // Where an editor knows of visitors, locals alone cannot overrule it.
    knowsVisitors || before.overrated_flag === null || before.overrated_flag === flag
      ? { overrated_flag: flag, overrated_confidence: round(weight * clarityOf(lead)), reasons, by: "sources" }
      : open(DETECTOR_REASONS.editorDisagrees)
  if (without.critics !== undefined && isOverrated(without.critics)) return decided(true, without.critics)
  if (without.friends !== undefined && !isOverrated(without.friends)) return decided(false, without.friends)
  return open(DETECTOR_REASONS.hangsOnFew)
}

/** How far a place is overrated, 0–1, for the rankers: by degrees, so that a few voices at the bar of the flag move it little. */
const pullOf = (
  before: { readonly verdict: Verdict; readonly confidence: number | null },
  signals: ReadonlyArray<QualitySignal>,
  voices: ReadonlyArray<AuthorVoice>
): number => {
  const weight = scoreOfSide(voices, "local")?.weight ?? 0
  const share = weight / (weight + CROWD)
  const lead = leadOn(signals, voices, "both") ?? -1
  const found = Math.min(1, Math.max(0, 0.5 + lead / (2 * CLEAR_MARGIN)))
  const known = before.verdict.overrated_flag === true ? (before.confidence ?? 0) : 0
  return share * found + (1 - share) * known
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

/** What is known without posts. No post can change it, so that an editor's word is nothing that a campaign could turn. */
const withoutPosts = (signals: ReadonlyArray<QualitySignal>, judgement: EditorJudgement | null) => {
  const [local, tourist] = [sideOf(signals, "local"), sideOf(signals, "tourist")]
  const avoid = signals.reduce((sum, one) => sum + (one.voice === "local" ? one.avoid_mentions : 0), 0)
  const counted: QualitySummary = {
    local: summarise(local, false),
    tourist: summarise(tourist, false),
    avoid_mentions: avoid
  }
  const sources = bySources(local, tourist, avoid)
  // Locals who were counted overrule the editor only together with visitors who were, or where both know of no visitors.
  const decided = sources.overrated_flag !== null && (heard(tourist) !== null || judgement?.tourist == null)
  const verdict = decided || judgement === null ? sources : (byEditor(counted, judgement) ?? sources)
  return { counted, verdict, confidence: mostConfident(local, tourist, judgement) }
}

const mostConfident = (local: Side | null, tourist: Side | null, judgement: EditorJudgement | null): number | null => {
  const confidences = [confidence(local, tourist), editorConfidence(judgement)].filter((one) => one !== null)
  return confidences.length === 0 ? null : Math.max(...confidences)
}

/** The same with the voices of posts, which are known one by one. */
const withPosts = (
  signals: ReadonlyArray<QualitySignal>,
  judgement: EditorJudgement | null,
  voices: ReadonlyArray<AuthorVoice>
) => {
  const counted = signals.filter(({ kind }) => kind !== "posts")
  const before = withoutPosts(counted, judgement)
  const [local, tourist] = [sideWithVoices(counted, voices, "local"), sideWithVoices(counted, voices, "tourist")]
  const summary: QualitySummary = {
    local: summarise(local, true),
    tourist: summarise(tourist, true),
    avoid_mentions: before.counted.avoid_mentions + warnings(voices).posts,
    avoid_weight: round(warnedShare(voices) * (local?.weight ?? 0)),
    overrated: round(pullOf(before, counted, voices))
  }
  const knowsVisitors = heard(tourist) !== null || judgement?.tourist == null
  const verdict = byVoices(counted, voices, before.verdict, knowsVisitors)
  return { counted: summary, verdict, confidence: mostConfident(local, tourist, judgement) }
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
  const found = voices.length > 0 ? withPosts(signals, judgement, voices) : withoutPosts(signals, judgement)
  const { counted, verdict } = found
  return {
    summary: {
      ...counted,
      lines: linesOf(signals),
      // Of a place that nobody speaks of there is nothing to keep: most places of a large city are such.
      ...(signals.length === 0 && judgement === null && voices.length === 0 ? {} : { reasons: verdict.reasons }),
      ...(judgement === null ? {} : { editor: judgement }),
      ...(verdict.overrated_flag === null || verdict.by === undefined ? {} : { flagged_by: verdict.by })
    },
    cross_ref_confidence: found.confidence,
    overrated_flag: verdict.overrated_flag,
    overrated_confidence: verdict.overrated_confidence,
    reasons: verdict.reasons
  }
}
