/**
 * What a model has to show before it is heard. Two gates: the paired one, which is sharp, lets a model run in the shadow;
 * the one for production is conservative on purpose, because what it lets through decides for people.
 */

/** A mean and the middle 95 % of where it may lie. */
export interface Interval {
  readonly mean: number
  readonly lower: number
  readonly upper: number
}

export const GATE = {
  /** Accept and skip pairs of travelers that the model was trained with. */
  leastPairs: 500,
  leastShadowDays: 14,
  leastDecisions: 1_000,
  /** People behind the held-out decisions: they are what intervals are drawn over, and one over fewer says how alike a few are. */
  leastPeople: 30
} as const

export interface Evidence {
  /** What they are compared in: HR@5 for rankers of slates. */
  readonly metric: string
  /** On the held-out decisions of travelers, of the candidate and of whichever ranker served them. */
  readonly candidate: Interval
  readonly incumbent: Interval & { readonly name: string }
  /** Candidate less incumbent, on the same decisions. */
  readonly difference: Interval
  /** What these intervals stand on; of people who travel together one is counted. */
  readonly heldOut: { readonly decisions: number; readonly people: number }
  readonly pairs: number
  readonly shadowDays: number
  /** Decisions of travelers, held out or beside the shadow, that they answered. */
  readonly decisions: number
  /** What it showed in the shadow, less what was served; undefined where nobody answered a decision that it ran beside. */
  readonly inShadow: Interval | undefined
  /** The same difference within each segment. */
  readonly segments: ReadonlyArray<{ readonly name: string; readonly difference: Interval }>
  /** What is asked of this model besides. */
  readonly required: ReadonlyArray<{ readonly what: string; readonly found: number; readonly wanted: number }>
}

export interface Check {
  readonly rule: string
  readonly passed: boolean
  /** What was found against what is wanted, in a sentence. */
  readonly says: string
}

export interface Verdict {
  readonly passed: boolean
  readonly checks: ReadonlyArray<Check>
}

const figure = (x: number): string => x.toFixed(3)

const verdict = (checks: ReadonlyArray<Check>): Verdict => ({ passed: checks.every(({ passed }) => passed), checks })

const atLeast = (rule: string, found: number, wanted: number, what: string): Check => ({
  rule,
  passed: found >= wanted,
  says: `${found} ${what}; at least ${wanted} are wanted.`
})

/** Into the shadow, where it decides nothing: better than the incumbent on the same decisions. */
export const shadowGate = ({
  difference,
  incumbent,
  metric
}: Pick<Evidence, "difference" | "metric"> & { readonly incumbent: { readonly name: string } }): Verdict =>
  verdict([
    {
      rule: "paired difference",
      passed: difference.lower > 0,
      says: `On the same decisions it is ${figure(difference.mean)} [${figure(difference.lower)}, ${figure(difference.upper)}] from ${incumbent.name} in ${metric}; the lower end has to be above 0.`
    }
  ])

/** What it would have done beside what was served may not be worse for sure. */
const shown = (inShadow: Interval | undefined, metric: string): Check => ({
  rule: "in the shadow",
  passed: inShadow !== undefined && inShadow.upper >= 0,
  says:
    inShadow === undefined
      ? "Nobody has answered a decision that it ran beside in the shadow."
      : `In the shadow it is ${figure(inShadow.mean)} [${figure(inShadow.lower)}, ${figure(inShadow.upper)}] from what was served in ${metric}; the upper end may not be below 0.`
})

/** One decision has an interval without any width: being apart means nothing before there are enough. */
const standsOn = ({ decisions, people }: Evidence["heldOut"]): Check => ({
  rule: "held out",
  passed: people >= GATE.leastPeople,
  says: `${decisions} held-out decisions of ${people} travelers say so, whoever travels together counted once; at least ${GATE.leastPeople} travelers are wanted.`
})

/** Into production: its worst is better than the incumbent's best, on enough of everything, and nobody is worse off. */
export const productionGate = (evidence: Evidence): Verdict => {
  const { candidate, incumbent, metric, required, segments } = evidence
  const worse = segments.filter(({ difference }) => difference.upper < 0).map(({ name }) => name)
  return verdict([
    {
      rule: "apart",
      passed: candidate.lower > incumbent.upper,
      says: `${metric} is at least ${figure(candidate.lower)}, that of ${incumbent.name} at most ${figure(incumbent.upper)}; the first has to be above the second.`
    },
    standsOn(evidence.heldOut),
    atLeast("pairs", evidence.pairs, GATE.leastPairs, "accept and skip pairs stand behind it"),
    atLeast("shadow", evidence.shadowDays, GATE.leastShadowDays, "days in the shadow"),
    atLeast("decisions", evidence.decisions, GATE.leastDecisions, "decisions of travelers were judged"),
    shown(evidence.inShadow, metric),
    {
      rule: "segments",
      passed: worse.length === 0,
      says: worse.length === 0 ? "No segment is worse off." : `Worse off by their own interval: ${worse.join(", ")}.`
    },
    ...required.map(({ what, found, wanted }) => ({
      rule: what,
      passed: found >= wanted,
      says: `${what} is ${figure(found)}; at least ${figure(wanted)} is wanted.`
    }))
  ])
}
