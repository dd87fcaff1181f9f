/**
 * The eight dimensions as values: their vocabularies, their defaults, and how they stand in the rows of
 * `persona_dimensions`. Older generators and imports used other words; reading maps them and says what it guessed.
 */
import { entryOf } from "../basics/entry-of.ts"
import {
  Budget,
  Pace,
  PrimaryInterest,
  type PrimaryInterest as PrimaryInterestType,
  SocialMode,
  TimeOrientation,
  TripCount,
  VIBE_DIMENSIONS
} from "../vocabulary.ts"
import { INTEREST_VECTOR } from "./interests.ts"
import type { Dimension, PersonaDimensions } from "./persona.ts"

export type DimensionName = keyof PersonaDimensions

/** How sure we are of a value that nobody gave. */
export const DEFAULT_CONFIDENCE = 0.1
/** How sure we are of a value that an older vocabulary only hints at. */
const HINTED = 0.5

export const DIMENSION_NAMES = [
  "pace_preference",
  "budget_sensitivity",
  "cuisine_openness",
  "social_mode",
  "time_orientation",
  "primary_interest",
  "trip_count",
  "category_affinities"
] as const satisfies ReadonlyArray<DimensionName>

export const VALUES = {
  pace_preference: Pace.literals,
  budget_sensitivity: Budget.literals,
  social_mode: SocialMode.literals,
  time_orientation: TimeOrientation.literals,
  primary_interest: PrimaryInterest.literals,
  trip_count: TripCount.literals
} as const

type WordDimension = keyof typeof VALUES

const assumed = <A>(value: A): Dimension<A> => ({ value, confidence: DEFAULT_CONFIDENCE, source: "default" })

/** A traveler about whom nothing is known. */
export const defaultDimensions = (interest: PrimaryInterestType = "culture"): PersonaDimensions => ({
  pace_preference: assumed("moderate"),
  budget_sensitivity: assumed("mid"),
  cuisine_openness: assumed(0.5),
  social_mode: assumed("solo"),
  time_orientation: assumed("balanced"),
  primary_interest: assumed(interest),
  trip_count: assumed("first_trip"),
  category_affinities: assumed(Array.from(INTEREST_VECTOR[interest]))
})

/** Words of older vocabularies: the value that they mean today and how sure that is (1: only the word changed). */
const OLDER_WORDS: { readonly [D in WordDimension]?: Readonly<Record<string, readonly [string, number]>> } = {
  pace_preference: {
    slow: ["leisurely", 1],
    relaxed: ["leisurely", 1],
    medium: ["moderate", 1],
    fast: ["packed", 1],
    intense: ["packed", 1]
  },
  budget_sensitivity: { flexible: ["mid", HINTED] },
  social_mode: { solo_or_couple: ["solo", HINTED], solo_or_group: ["solo", HINTED] }
}

export interface ReadWarning {
  readonly dimension: DimensionName
  readonly value: string
}

export interface Read {
  readonly dimensions: PersonaDimensions
  /** Values that could not be understood: their dimensions stand at the default. Counted, never fatal. */
  readonly warnings: ReadonlyArray<ReadWarning>
}

export interface RawDimension {
  readonly value: unknown
  readonly confidence?: number
  readonly source?: string
}

const asText = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined ? "" : (JSON.stringify(value) ?? String(value))

const clamp01 = (x: number) => Math.min(1, Math.max(0, x))

const readNumber = (value: unknown): number | undefined => {
  const number = typeof value === "number" ? value : typeof value === "string" && value.trim() ? Number(value) : NaN
  return Number.isFinite(number) && number >= 0 && number <= 1 ? number : undefined
}

const readVector = (value: unknown): ReadonlyArray<number> | undefined => {
  let parsed = value
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value)
    } catch {
      return undefined
    }
  }
  return Array.isArray(parsed) &&
    parsed.length === VIBE_DIMENSIONS &&
    parsed.every((x) => typeof x === "number" && Number.isFinite(x))
    ? parsed
    : undefined
}

const tripCountOf = (trips: number) => (trips <= 1 ? "first_trip" : trips <= 3 ? "returning" : "frequent")

/** One word in today's vocabulary, or what an older word for it means; `undefined` where it means nothing to us. */
export const readWord = (dimension: WordDimension, raw: unknown): readonly [string, number] | undefined => {
  if (dimension === "trip_count" && typeof raw === "number" && raw >= 0) return [tripCountOf(raw), 1]
  const word = asText(raw)
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_")
  if ((VALUES[dimension] as ReadonlyArray<string>).includes(word)) return [word, 1]
  return entryOf(OLDER_WORDS[dimension] ?? {}, word)
}

/**
 * Dimensions from values as they come: rows of the table, `trips.persona_seed`, imports. What is missing stands at
 * its default; what cannot be understood too, with a warning.
 */
export const readDimensions = (raw: { readonly [D in DimensionName]?: RawDimension }, source = "import"): Read => {
  const warnings: Array<ReadWarning> = []
  const interest = readWord("primary_interest", raw.primary_interest?.value)
  const defaults = defaultDimensions(interest?.[0] as PrimaryInterestType | undefined)
  const out: Record<string, Dimension<unknown>> = { ...defaults }
  for (const name of DIMENSION_NAMES) {
    const given = raw[name]
    if (given === undefined || given.value === undefined || given.value === null) continue
    const found =
      name === "cuisine_openness"
        ? readNumber(given.value)
        : name === "category_affinities"
          ? readVector(given.value)
          : readWord(name, given.value)
    if (found === undefined) {
      warnings.push({ dimension: name, value: asText(given.value).slice(0, 80) })
      continue
    }
    const [value, sureness] =
      name === "cuisine_openness" || name === "category_affinities"
        ? ([found, 1] as const)
        : (found as readonly [string, number])
    out[name] = {
      value,
      confidence: Math.min(sureness, clamp01(given.confidence ?? 1)),
      source: given.source ?? source
    }
  }
  return { dimensions: out as unknown as PersonaDimensions, warnings }
}

/** The seed that older generators left on a trip: plain values, or values with their confidence. */
export const readSeed = (seed: unknown): Read => {
  const said = typeof seed === "object" && seed !== null ? Object.entries(seed) : []
  const raw = Object.fromEntries(
    said.map(([name, value]: readonly [string, unknown]) => [
      name,
      typeof value === "object" && value !== null && !Array.isArray(value) && "value" in value
        ? (value as RawDimension)
        : { value }
    ])
  )
  return readDimensions(raw as { [D in DimensionName]?: RawDimension }, "import")
}

export interface DimensionRow {
  readonly dimension: DimensionName
  readonly value: string
  readonly confidence: number
  readonly source: string
}

/** The rows of `persona_dimensions`. */
export const dimensionRows = (dimensions: PersonaDimensions): ReadonlyArray<DimensionRow> =>
  DIMENSION_NAMES.map((dimension) => {
    const { value, confidence, source } = dimensions[dimension]
    return { dimension, value: typeof value === "string" ? value : JSON.stringify(value), confidence, source }
  })

export const dimensionsOfRows = (rows: ReadonlyArray<DimensionRow>): Read =>
  readDimensions(Object.fromEntries(rows.map((row) => [row.dimension, row])))
