/** The rules that a dataset must keep to be published. Each says what it found, in which rows, and what to do. */
import type { DatasetCheck } from "../../services/datasets.ts"
import { chiSquareAbove } from "./chance.ts"
import type { Columns } from "./columns.ts"
import { classesOf, type Histogram, histogramOf, type Profile, sharedInformation, stabilityIndex } from "./profile.ts"

export const GATE = {
  leastRows: 1_000,
  mostDuplicates: 0.1,
  leastDistinct: 20,
  mostAtDefault: 0.05,
  derivedAt: 0.98,
  leakedAt: 0.95,
  leastNodes: 50,
  mostDrift: 0.25
} as const

export interface GateInput {
  readonly columns: Columns
  readonly profile: Profile
  /** Whether there was weather enough to see what it does; without, it is held against nobody that nothing shows. */
  readonly weather?: boolean
  /** Places that each city has, where the dataset ranks places. */
  readonly cityNodes?: ReadonlyMap<string, number>
  /** Of how many people the rows are; each row stands for itself where that is not said. */
  readonly people?: number
  /** Histograms of the dataset before this one. */
  readonly previous?: Readonly<Record<string, Histogram>>
  /** Of how many people it was. */
  readonly previousPeople?: number
}

/** Of a hundred sound data sets one may be refused, whatever number of columns it has. */
const CHANCE = 0.01

const percent = (x: number) => `${Math.round(x * 1000) / 10} %`
const rowsNamed = (rows: ReadonlyArray<number>) => `rows ${rows.join(", ")}${rows.length === 5 ? ", …" : ""}`

const ok = (rule: string, says: string): DatasetCheck => ({ rule, passed: true, says })
const refused = (rule: string, says: string): DatasetCheck => ({ rule, passed: false, says })

type Checks = ReadonlyArray<DatasetCheck>

const named = (columns: Columns, role: "feature" | "label") =>
  Object.keys(columns).filter((name) => columns[name]!.role === role && typeof columns[name]!.type !== "object")

const enoughRows = ({ profile: { rows } }: GateInput): DatasetCheck =>
  rows >= GATE.leastRows
    ? ok("enough_rows", `${rows} rows`)
    : refused(
        "enough_rows",
        `${rows} rows; at least ${GATE.leastRows} are needed. Widen --from and --to, or wait for more data.`
      )

const noNulls = ({ columns, profile }: GateInput): DatasetCheck => {
  const nulls = Object.keys(columns).filter((name) => columns[name]!.required && profile.columns[name]!.nulls > 0)
  return nulls.length === 0
    ? ok("no_nulls", "every required field is there")
    : refused(
        "no_nulls",
        `${nulls.map((name) => `${name} is missing in ${profile.columns[name]!.nulls} rows (${rowsNamed(profile.columns[name]!.nullRows)})`).join("; ")}. Mend the source of these rows or leave them out with a counted reason.`
      )
}

const fewDuplicates = ({ profile }: GateInput): DatasetCheck => {
  const { checked, repeated, examples } = profile.duplicates
  const share = checked === 0 ? 0 : repeated / checked
  return share < GATE.mostDuplicates
    ? ok("few_duplicates", `${percent(share)} of feature vectors are repeated`)
    : refused(
        "few_duplicates",
        `${percent(share)} of feature vectors are repeated (${rowsNamed(examples)}); less than ${percent(GATE.mostDuplicates)} is allowed. A model would give all of them the same answer: add features that tell them apart.`
      )
}

/** Features that say too little: rounded, defaulted, or the same everywhere. */
const tellingValues = ({ columns, profile, weather = true }: GateInput): Checks => {
  const checks: Array<DatasetCheck> = []
  const { rows } = profile
  for (const name of named(columns, "feature")) {
    const column = columns[name]!
    const { distinct, atDefault } = profile.columns[name]!
    const least = column.leastDistinct ?? GATE.leastDistinct
    if (column.continuous && distinct.size < least) {
      checks.push(
        refused(
          "varied",
          `${name} takes ${distinct.size} values; a continuous feature takes at least ${least}. It was rounded or defaulted on its way: look at how it is computed.`
        )
      )
    }
    if (column.default !== undefined && atDefault > GATE.mostAtDefault * rows) {
      checks.push(
        refused(
          "defaults",
          `${name} stands at its default ${column.default} in ${percent(atDefault / rows)} of rows; at most ${percent(GATE.mostAtDefault)} may. Leave out rows about which nothing is known.`
        )
      )
    }
    if (rows > 1 && distinct.size <= 1 && !weather && column.ofWeather) {
      checks.push(ok("constant", `${name} is the same in every row, for want of weather`))
    } else if (rows > 1 && distinct.size <= 1) {
      checks.push(
        refused("constant", `${name} is the same in every row. It teaches nothing: take it out of the columns.`)
      )
    }
  }
  return checks
}

/** Features that follow from one another, or give a label away. */
const sharedKnowledge = ({ columns, profile }: GateInput): Checks => {
  const checks: Array<DatasetCheck> = []
  const [features, labels] = [named(columns, "feature"), named(columns, "label")]
  const classes = new Map(
    [...features, ...labels].map((name) => [name, classesOf(profile.sample.map((row) => row[name] ?? null))])
  )
  /** An almost unique word shares all of its information with anything; only what repeats can be judged. */
  const telling = (name: string) => new Set(classes.get(name)).size <= Math.max(32, profile.sample.length / 20)
  for (const [i, a] of features.entries()) {
    if (!telling(a)) continue
    for (const b of features.slice(i + 1)) {
      if (!telling(b)) continue
      const shared = sharedInformation(classes.get(a)!, classes.get(b)!)
      if (shared > GATE.derivedAt) {
        checks.push(
          refused(
            "derived",
            `${a} and ${b} follow from one another (shared information ${shared.toFixed(3)}). Keep one of them.`
          )
        )
      }
    }
    for (const label of labels) {
      const shared = sharedInformation(classes.get(a)!, classes.get(label)!)
      if (shared > GATE.leakedAt) {
        checks.push(
          refused(
            "leakage",
            `${a} gives ${label} away (shared information ${shared.toFixed(3)}). It is known only afterwards, or is the label in other words: take it out.`
          )
        )
      }
    }
  }
  return checks
}

const futureLeaks = ({ profile: { leaks } }: GateInput): Checks =>
  leaks.length === 0
    ? []
    : [
        refused(
          "leakage",
          `the input of ${rowsNamed(leaks.slice(0, 5))} was not known yet at its own time. The join looks into the future: mend it.`
        )
      ]

const wellKnownCities = ({ cityNodes, profile }: GateInput): Checks => {
  if (cityNodes === undefined) return []
  const small = [...profile.cities].filter(([city]) => (cityNodes.get(city) ?? 0) < GATE.leastNodes)
  return [
    small.length === 0
      ? ok("cities", "every city has enough places")
      : refused(
          "cities",
          `${small.map(([city, n]) => `${city} (${cityNodes.get(city) ?? 0} places, ${n} rows)`).join(", ")}: below ${GATE.leastNodes} places everybody sees the same candidates. Leave these rows out.`
        )
  ]
}

const counted = ({ counts }: Histogram): number => counts.reduce((sum, n) => sum + n, 0)

/** As many as there are people to count: rows of one person are no independent witnesses. */
const ofPeople = (histogram: Histogram, people = Number.POSITIVE_INFINITY): Histogram => {
  const share = Math.min(1, people / Math.max(1, counted(histogram)))
  return { ...histogram, counts: histogram.counts.map((n) => n * share) }
}

/**
 * The stability index that pairs of samples of the same stay below, but for so small a share of them: samples of n and m differ by as
 * much as a chi square of one degree less than there are bins, times 1/n + 1/m.
 */
const byChance = (before: Histogram, now: Histogram, share: number): number =>
  chiSquareAbove(share, before.counts.length - 1) * (1 / Math.max(1, counted(before)) + 1 / Math.max(1, counted(now)))

const steadyFeatures = ({ columns, people, previous, previousPeople, profile }: GateInput): Checks => {
  if (previous === undefined) return []
  const checks: Array<DatasetCheck> = []
  const judged = named(columns, "feature").flatMap((name) => {
    const rows = previous[name]
    const { numbers } = profile.columns[name]!
    return rows === undefined || numbers.length === 0 || columns[name]!.ofWeather ? [] : [{ name, numbers, rows }]
  })
  for (const { name, numbers, rows } of judged) {
    const before = ofPeople(rows, previousPeople)
    const now = ofPeople(histogramOf(Object.values(numbers), rows.edges), people)
    const [drift, chance] = [stabilityIndex(before, now), byChance(before, now, CHANCE / judged.length)]
    if (drift > GATE.mostDrift && drift > chance) {
      checks.push(
        refused(
          "drift",
          `${name} is distributed otherwise than in the dataset before (stability index ${drift.toFixed(2)}, at most ${GATE.mostDrift}, and ${chance.toFixed(2)} by chance). Find out what changed; if it is meant, remove the previous dataset's profile.json.`
        )
      )
    }
  }
  return checks
}

export const checkDataset = (input: GateInput): Checks => {
  const checks = [
    enoughRows(input),
    noNulls(input),
    fewDuplicates(input),
    ...tellingValues(input),
    ...sharedKnowledge(input),
    ...futureLeaks(input),
    ...wellKnownCities(input),
    ...steadyFeatures(input)
  ]
  const quiet = ["varied", "defaults", "constant", "derived", "leakage", ...(input.previous ? ["drift"] : [])].filter(
    (rule) => !checks.some((check) => check.rule === rule)
  )
  return [...checks, ...quiet.map((rule) => ok(rule, "nothing found"))]
}
