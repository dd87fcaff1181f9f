/** What a dataset looks like, gathered as its rows go by: in bounded memory, however many they are. */
import type { Columns, DatasetRow } from "./columns.ts"
import { HashSet, MOST_HASHES } from "./hash-set.ts"

/** Rows kept for what needs rows side by side (mutual information, single-feature AUC). */
const SAMPLED = 5_000
/** Different values that are told apart; a column with more has more than anybody asks. */
const MOST_DISTINCT = 5_000
const EXAMPLES = 5

export interface ColumnProfile {
  nulls: number
  /** Where the first of them were. */
  readonly nullRows: Array<number>
  distinct: Set<unknown>
  atDefault: number
  readonly numbers: Array<number>
}

export interface Profile {
  rows: number
  readonly columns: Readonly<Record<string, ColumnProfile>>
  readonly sample: Array<DatasetRow>
  readonly duplicates: { checked: number; repeated: number; readonly examples: Array<number> }
  /** Rows by city, where rows have one. */
  readonly cities: Map<string, number>
  /** Rows whose input was not known yet at its own time. */
  readonly leaks: Array<number>
  /** Gives what the row says as text: its features, its label and its keys. `telling` ones are looked for among the others. */
  readonly observe: (row: DatasetRow, telling?: boolean) => string
}

/** 53 bits of a text, fast. */
const hash53 = (text: string): number => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    a = Math.imul(a ^ c, 2654435761)
    b = Math.imul(b ^ c, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}

const asDistinct = (value: unknown): unknown =>
  value instanceof Date ? value.getTime() : typeof value === "object" ? JSON.stringify(value) : value

export const profiler = (columns: Columns): Profile => {
  const names = Object.keys(columns)
  const features = names.filter((name) => columns[name]!.role === "feature")
  const others = names.filter((name) => columns[name]!.role === "key" || columns[name]!.role === "label")
  const textOf = (row: DatasetRow, of: ReadonlyArray<string>): string => {
    let text = ""
    for (const name of of) {
      const value = row[name]
      text += `${typeof value === "object" ? JSON.stringify(value) : value}\u0001`
    }
    return text
  }
  const profiles: Record<string, ColumnProfile> = Object.fromEntries(
    names.map((name) => [name, { nulls: 0, nullRows: [], distinct: new Set(), atDefault: 0, numbers: [] }])
  )
  let hashes = new HashSet()
  let mask = 0
  // A reservoir over a fixed sequence: the same rows give the same sample.
  let state = 1
  const next = (below: number) => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647 || 1
    return state % below
  }
  const profile: Profile = {
    rows: 0,
    columns: profiles,
    sample: [],
    duplicates: { checked: 0, repeated: 0, examples: [] },
    cities: new Map(),
    leaks: [],
    observe: (row, telling = true) => {
      const at = profile.rows++
      const slot = at < SAMPLED ? at : next(profile.rows)
      const sampled = slot < SAMPLED
      if (sampled) profile.sample[slot] = row
      for (const name of names) {
        const value = row[name] ?? null
        const column = profiles[name]!
        if (value === null) {
          column.nulls++
          if (column.nullRows.length < EXAMPLES) column.nullRows.push(at)
          continue
        }
        if (columns[name]!.role === "key" || typeof columns[name]!.type === "object") continue
        if (column.distinct.size < MOST_DISTINCT) column.distinct.add(asDistinct(value))
        if (value === columns[name]!.default) column.atDefault++
        if (typeof value === "number" && sampled) column.numbers[slot] = value
      }
      if (typeof row["city"] === "string") profile.cities.set(row["city"], (profile.cities.get(row["city"]) ?? 0) + 1)
      const text = textOf(row, features)
      if (telling) count(text, at)
      return text + textOf(row, others)
    }
  }
  const count = (text: string, at: number) => {
    if (features.length === 0) return
    const hash = hash53(text)
    if ((hash & mask) !== 0) return
    profile.duplicates.checked++
    if (!hashes.add(hash)) {
      profile.duplicates.repeated++
      if (profile.duplicates.examples.length < EXAMPLES) profile.duplicates.examples.push(at)
    }
    if (hashes.size >= MOST_HASHES) {
      mask = mask * 2 + 1
      hashes = hashes.filter((one) => (one & mask) === 0)
      profile.duplicates.checked = Math.round(profile.duplicates.checked / 2)
      profile.duplicates.repeated = Math.round(profile.duplicates.repeated / 2)
    }
  }
  return profile
}

/** Values as few classes: words as they are, numbers in sixteen bins of equal count. */
export const classesOf = (values: ReadonlyArray<unknown>): ReadonlyArray<string> => {
  const numbers = values.filter((value): value is number => typeof value === "number")
  if (numbers.length < values.length / 2 || new Set(numbers).size <= 16) return values.map((value) => String(value))
  const sorted = [...numbers].sort((a, b) => a - b)
  const edges = Array.from({ length: 15 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / 16)]!)
  return values.map((value) =>
    typeof value === "number" ? String(edges.filter((edge) => value >= edge).length) : String(value)
  )
}

const entropy = (classes: ReadonlyArray<string>): number => {
  const counts = new Map<string, number>()
  for (const one of classes) counts.set(one, (counts.get(one) ?? 0) + 1)
  let sum = 0
  for (const n of counts.values()) sum -= (n / classes.length) * Math.log(n / classes.length)
  return sum
}

/** Mutual information as a share of the smaller entropy: 1 where one of the two follows from the other. */
export const sharedInformation = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  const [ha, hb] = [entropy(a), entropy(b)]
  const least = Math.min(ha, hb)
  if (least < 1e-9) return 0
  return (ha + hb - entropy(a.map((one, i) => `${one}\u0001${b[i]}`))) / least
}

export interface Histogram {
  readonly edges: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

const BINS = 20

export const histogramOf = (values: ReadonlyArray<number>, edges?: ReadonlyArray<number>): Histogram => {
  const known = values.filter((value) => Number.isFinite(value))
  const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const bounds = edges ?? Array.from({ length: BINS + 1 }, (_, i) => low + ((high - low || 1) * i) / BINS)
  const counts = new Array<number>(bounds.length - 1).fill(0)
  for (const value of known) {
    let bin = 0
    while (bin < counts.length - 1 && value >= bounds[bin + 1]!) bin++
    counts[bin]!++
  }
  return { edges: bounds, counts }
}

type Counted = { readonly counts: ArrayLike<number> }

/** Of all bins together, half a value more in each: none is empty. */
const halfMore = ({ counts }: Counted): number => {
  let total = counts.length * 0.5
  for (let i = 0; i < counts.length; i++) total += counts[i]!
  return total
}

/** The logarithms of all counts up to this one, each with its half more. */
export const logsUpTo = (most: number): Float64Array =>
  Float64Array.from({ length: most + 1 }, (_, n) => Math.log(n + 0.5))

/**
 * Population stability index of two histograms over the same bins: 0 the same, above 0.25 another population. Whoever asks often, of
 * whole counts, hands in their logarithms.
 */
export const stabilityIndex = (before: Counted, now: Counted, logs?: Float64Array): number => {
  const [then, since] = [halfMore(before), halfMore(now)]
  const apart = Math.log(then / since)
  let sum = 0
  for (let i = 0; i < before.counts.length; i++) {
    const [a, b] = [before.counts[i]!, now.counts[i]!]
    const log = logs === undefined ? Math.log((b + 0.5) / (a + 0.5)) : logs[b]! - logs[a]!
    sum += ((b + 0.5) / since - (a + 0.5) / then) * (log + apart)
  }
  return sum
}
