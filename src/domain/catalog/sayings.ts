/**
 * Every sentence that the product says about the evidence for a place. Each is made from one row, and a number in it is a
 * number of that row: `test/house/sayings.test.ts` reads them all, and refuses counts that are worded anywhere else.
 */
import { entryOf } from "../basics/entry-of.ts"
import { type Doors, ENOUGH_REPORTS, type FoundAtDoor } from "./doors.ts"
import type { ActivityNode, CountedLine, EditorJudgement, Voice } from "./node.ts"
import { CAMPAIGN } from "./voices.ts"

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`

const WHO: Readonly<Record<Voice, string>> = { local: "locals", tourist: "visitors" }

/** From here on people speak well of a place. */
const LIKED = 0.6

/** Sources of posts are named `posts:<where>` in their rows; whose name is not what people know is called by that. */
const CALLED: Readonly<Record<string, string>> = { places: "Google Maps" }
export const sourceName = (source: string): string => entryOf(CALLED, source) ?? source.replace(/^posts:/, "")

/** How a counted line is said: what was counted, of whom, by whom. */
export const countedSaying = ({ kind, voice, source, count }: CountedLine): string => {
  const where = sourceName(source)
  if (kind === "posts") return `${plural(count, "post")} by ${WHO[voice]} on ${where}`
  if (kind === "travelers") return `${plural(count, "traveler")} of ours rated it`
  // What an aggregator counts is its own affair: it is named, and so is its licence beside it.
  return `${plural(count, "rating")} by ${WHO[voice]} that ${where} counts`
}

/** The same where people speak well of it: all of them together, as the count is of all and not of those who praise. */
export const praise = (line: CountedLine): string => {
  const said = countedSaying(line)
  if (line.kind === "travelers") return `${said}, ${line.count === 1 ? "and well" : "on the whole well"}.`
  return line.count === 1 ? `${said} speaks well of it.` : `${said} speak well of it on the whole.`
}

const ended = (sentence: string) => (/[.!?。！？]$/u.test(sentence) ? sentence : `${sentence}.`)

/** What an editor of ours thinks, called that. */
export const editorSaying = (judgement: EditorJudgement, voice: Voice): string | undefined => {
  const opinion = judgement[voice]
  if (opinion === null) return undefined
  if (voice === "tourist") {
    return opinion.score >= LIKED ? "Our editor finds it praised by visitors." : "Our editor finds visitors lukewarm."
  }
  if (opinion.note !== null) return `Editor's note: ${ended(opinion.note)}`
  return opinion.score >= LIKED ? "Our editor likes it." : "Our editor is not convinced of it."
}

/** The detector's reason where it rests on an editor alone. */
export const editorsView = (overrated: boolean): string =>
  overrated ? "our editor calls it overrated" : "our editor does not call it overrated"

/** The detector's reason where it rests on what was counted. */
export const reasonOfSide = (
  voice: Voice,
  row: { readonly mentions: number; readonly sources: ReadonlyArray<string>; readonly avoid?: number }
): string => {
  if (row.avoid !== undefined) return `${row.avoid} of them tell others to stay away`
  return `${plural(row.mentions, "voice")} of ${WHO[voice]} in ${row.sources.map(sourceName).join(", ")}`
}

/** The detector's reasons where it leaves open whether a place is overrated, and of a side that nobody was counted on. */
export const DETECTOR_REASONS = {
  noLocals: "no local source speaks of it",
  noVisitors: "no tourist list names it",
  tooFew: "too few voices to tell",
  fewDisagree: "the few voices say otherwise than what was known before them",
  editorDisagrees: "locals say otherwise than our editor, and no visitors were counted",
  hangsOnFew: "it hangs on a handful of voices"
} as const

const asSentence = (clause: string) => ended(clause.charAt(0).toUpperCase() + clause.slice(1))

/** Why a place is called overrated or not, or why that is left open, as it was found when its evidence was last counted. */
export const detectorSayings = ({
  quality_signals: { editor, lines = [], reasons }
}: Pick<ActivityNode, "quality_signals">): ReadonlyArray<string> => {
  if (reasons !== undefined) return reasons.map(asSentence)
  return lines.length === 0 && editor === undefined ? [asSentence("nobody speaks of it yet")] : []
}

/** What the detector says, in a sentence. */
export const verdictSaying = ({
  overrated_flag,
  quality_signals: { flagged_by }
}: Pick<ActivityNode, "overrated_flag" | "quality_signals">): string => {
  if (overrated_flag === null) return "Whether it is overrated is left open."
  const by = flagged_by === "editor" ? "by our editor" : "by what was counted"
  return overrated_flag ? `Overrated, ${by}.` : `Not overrated, ${by}.`
}

const overratedSaying = (node: ActivityNode): string | undefined => {
  const { editor, flagged_by, local, tourist, avoid_mentions } = node.quality_signals
  if (node.overrated_flag !== true) return undefined
  if (flagged_by !== "editor") {
    // What locals warn of is flagged without visitors, too.
    if (local !== null && tourist !== null && tourist.score >= LIKED && local.score < tourist.score)
      return "Visitors like it, and locals think less of it than they do."
    return avoid_mentions > CAMPAIGN
      ? `${plural(avoid_mentions, "post")} by locals ${avoid_mentions === 1 ? "tells" : "tell"} others to stay away.`
      : "Locals think little of it."
  }
  const warning = editor?.warning ?? editor?.local?.note ?? null
  return `Our editor calls it overrated${warning === null ? "." : `: ${ended(warning)}`}`
}

/** The kinds of counted evidence, most telling first. */
const TELLING: ReadonlyArray<CountedLine["kind"]> = ["travelers", "posts", "aggregator"]

const most = (lines: ReadonlyArray<CountedLine>, voice: Voice): CountedLine | undefined => {
  for (const kind of TELLING) {
    const own = lines.filter((line) => line.voice === voice && line.kind === kind && line.score >= LIKED)
    if (own.length > 0) return own.reduce((best, line) => (line.count > best.count ? line : best))
  }
  return undefined
}

/** One sentence on why a place is worth a stop, or what speaks against it: the most telling thing that is so. */
export const evidenceSentence = (node: ActivityNode): string => {
  const { lines = [], editor, places_fallback } = node.quality_signals
  const overrated = overratedSaying(node)
  if (overrated !== undefined) return overrated
  const locals = most(lines, "local")
  if (locals !== undefined) return praise(locals)
  const opinion = editor === undefined ? undefined : editorSaying(editor, "local")
  if (opinion !== undefined) return opinion
  const visitors = most(lines, "tourist")
  if (visitors !== undefined) return praise(visitors)
  return places_fallback === true ? "Little is known about it yet." : "The evidence for it is thin so far."
}

/** What a language model is told of the evidence on one side; "-" where there is none. */
export const evidenceForModel = (node: ActivityNode, voice: Voice): string => {
  const { lines = [], editor } = node.quality_signals
  const opinion = editor?.[voice] ?? null
  const said = [
    ...(opinion === null ? [] : [`editor ${opinion.score.toFixed(2)}`]),
    ...lines.filter((line) => line.voice === voice).map((one) => `${one.kind} ${one.score.toFixed(2)} (${one.count})`)
  ]
  return said.length === 0 ? "-" : said.join(", ")
}

/** Who warns of a place, for a language model: how many locals were counted to, more than a campaign has, or that an editor does. */
export const warningForModel = ({ quality_signals: { avoid_mentions, editor } }: ActivityNode): string =>
  avoid_mentions > CAMPAIGN
    ? `${avoid_mentions} posts by locals warn of it`
    : editor?.warning == null
      ? ""
      : "our editor warns of it"

const WEEKDAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"]

/** What travelers of ours found at its door around that time. */
export const doorSaying = ({ found, people, when }: FoundAtDoor): string =>
  when === undefined
    ? `${plural(people, "traveler")} of ours found it closed, on different days of the week.`
    : `${plural(people, "traveler")} of ours found it ${found} on ${WEEKDAYS[when.weekday]} around ${`${when.hour}`.padStart(2, "0")}:00.`

/** The same whatever the time, each side that enough people speak for, with its count. */
export const doorSayings = (doors: Doors): ReadonlyArray<{ readonly count: number; readonly text: string }> =>
  (["closed", "open"] as const)
    .filter((found) => doors[found] >= ENOUGH_REPORTS)
    .map((found) => ({
      count: doors[found],
      text: `${plural(doors[found], "traveler")} of ours found it ${found} when they came.`
    }))
