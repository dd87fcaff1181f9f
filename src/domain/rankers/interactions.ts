/**
 * A model of feature interactions as it serves: what describes a candidate, what a model of sequences thinks of it, and the
 * embeddings of party and place, weighed pair by pair. Two hundred candidates take about a millisecond, without a runtime.
 */
import { FEATURES } from "../features.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import { badHeader, decodeNumbers, decodeParts, encodeNumbers, encodeParts, isTexts } from "./numbers-file.ts"
import { decodeSequenceModel, type SequenceModel, type SequenceScorer } from "./sequence-model.ts"
import type { Place, Taste } from "./tastes.ts"

/** The type under which the registry has such a model. */
export const INTERACTIONS_MODEL_TYPE = "interactions"

export interface InteractionsModel {
  readonly parts: ReadonlyArray<number>
  readonly hidden: number
  readonly width: number
  /** Of each column; rows are standardised by them. */
  readonly means: Float32Array
  readonly scales: Float32Array
  readonly parameters: ReadonlyMap<string, Float32Array>
}

/** With the model of sequences that it was trained beside: another one would speak of other numbers. */
export interface InteractionsFile {
  readonly model: InteractionsModel
  readonly sequence: SequenceModel
  /** The version of that model, whose tastes the night may have worked out. */
  readonly sequenceVersion: string
}

/** What describes a candidate: its features, then what the model of sequences says. */
const DESCRIBED = FEATURES.length + 1

/** Parts of a row: what describes the candidate; the party's taste, the place's row and the place's vibe. */
export const partsFor = (tasteWidth: number): ReadonlyArray<number> => [
  DESCRIBED,
  tasteWidth,
  tasteWidth,
  VIBE_DIMENSIONS
]

/** One row, written into `into` from `at` on. */
export const writeRow = (
  into: Float32Array,
  at: number,
  features: ArrayLike<number>,
  scorer: SequenceScorer,
  taste: Taste,
  place: Place
): void => {
  const width = taste.length
  const row = scorer.rowOf(place)
  for (let i = 0; i < FEATURES.length; i++) into[at + i] = features[i]!
  into[at + FEATURES.length] = row === undefined ? 0 : scorer.score(taste, place) / Math.sqrt(width)
  const tasteAt = at + DESCRIBED
  for (let i = 0; i < width; i++) {
    into[tasteAt + i] = taste[i]!
    into[tasteAt + width + i] = row?.[i] ?? 0
  }
  for (let i = 0; i < VIBE_DIMENSIONS; i++) into[tasteAt + 2 * width + i] = place.vibe?.[i] ?? 0
}

/** The names of all that is learnt, with how many numbers each has. */
export const parametersOf = ({
  hidden,
  parts,
  width
}: Pick<InteractionsModel, "hidden" | "parts" | "width">): ReadonlyArray<readonly [string, number]> => {
  const dense = (name: string, from: number, to: number): ReadonlyArray<readonly [string, number]> => [
    [`${name} weight`, from * to],
    [`${name} bias`, to]
  ]
  const all = [...dense("described", parts[0]!, hidden), ...dense("part 0", hidden, width)]
  for (let part = 1; part < parts.length; part++) all.push(...dense(`part ${part}`, parts[part]!, width))
  all.push(...dense("top", width, hidden))
  for (let a = 0; a < parts.length; a++) {
    for (let b = a + 1; b < parts.length; b++) all.push(...dense(`pair ${a} ${b}`, 1, hidden))
  }
  return [...all, ...dense("out", hidden, 1)]
}

/** Gives the logits of rows that lie one after another. */
export const interactionsScorer = (model: InteractionsModel) => {
  const { hidden, means, parameters, parts, scales, width } = model
  const columns = means.length
  const weights = (name: string) => ({
    weight: parameters.get(`${name} weight`)!,
    bias: parameters.get(`${name} bias`)!
  })
  const [described, top, out] = [weights("described"), weights("top"), weights("out")]
  const drawing = parts.map((_, part) => weights(`part ${part}`))
  const pairs = parts.flatMap((_, a) => parts.slice(a + 1).map((__, k) => ({ a, b: a + 1 + k })))
  const meeting = pairs.map(({ a, b }) => weights(`pair ${a} ${b}`))
  const into = (
    x: ArrayLike<number>,
    from: number,
    size: number,
    { bias, weight }: { readonly weight: Float32Array; readonly bias: Float32Array },
    y: Float64Array
  ) => {
    y.set(bias)
    const to = y.length
    for (let i = 0; i < size; i++) {
      const factor = x[from + i]!
      if (factor === 0) continue
      for (let o = 0, w = i * to; o < to; o++, w++) y[o]! += factor * weight[w]!
    }
  }
  const row = new Float64Array(columns)
  const [first, above, meet] = [new Float64Array(hidden), new Float64Array(hidden), new Float64Array(hidden)]
  const drawn = parts.map(() => new Float64Array(width))
  const single = new Float64Array(1)
  /** Where the row before this one begins; none where it is negative. */
  let before = -columns
  const isSame = (rows: ArrayLike<number>, a: number, b: number, size: number): boolean => {
    if (before < 0) return false
    for (let i = 0; i < size; i++) if (rows[a + i] !== rows[b + i]) return false
    return true
  }
  const logit = (rows: ArrayLike<number>, at: number): number => {
    for (let c = 0; c < columns; c++) row[c] = (rows[at + c]! - means[c]!) / scales[c]!
    into(row, 0, parts[0]!, described, first)
    for (let i = 0; i < hidden; i++) first[i] = Math.max(0, first[i]!)
    into(first, 0, hidden, drawing[0]!, drawn[0]!)
    for (let part = 1, from = parts[0]!; part < parts.length; from += parts[part]!, part++) {
      // The party's taste is the same beside every candidate.
      if (!isSame(rows, at + from, before + from, parts[part]!))
        into(row, from, parts[part]!, drawing[part]!, drawn[part]!)
    }
    before = at
    into(drawn[0]!, 0, width, top, above)
    for (const [n, { a, b }] of pairs.entries()) {
      let product = 0
      for (let i = 0; i < width; i++) product += drawn[a]![i]! * drawn[b]![i]!
      single[0] = product
      into(single, 0, 1, meeting[n]!, meet)
      for (let i = 0; i < hidden; i++) above[i]! += meet[i]!
    }
    let sum = out.bias[0]!
    for (let i = 0; i < hidden; i++) sum += Math.max(0, above[i]!) * out.weight[i]!
    return sum
  }
  return (rows: ArrayLike<number>): Float64Array => {
    before = -columns
    return Float64Array.from({ length: rows.length / columns }, (_, r) => logit(rows, r * columns))
  }
}

export const encodeInteractions = (
  model: InteractionsModel,
  sequence: Uint8Array,
  sequenceVersion: string
): Uint8Array => {
  const { hidden, means, parameters, parts, scales, width } = model
  const header = { parts, hidden, width, features: FEATURES, sequence: sequenceVersion }
  const numbers = [means, scales, ...parametersOf(model).map(([name]) => parameters.get(name)!)]
  return encodeParts([encodeNumbers(header, numbers), sequence])
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1

const headerOf = ({ features, hidden, parts, sequence, width }: Readonly<Record<string, unknown>>) => {
  if (!isCount(hidden) || !isCount(width) || typeof sequence !== "string" || !isTexts(features)) throw badHeader()
  if (!Array.isArray(parts) || parts.length < 2 || !parts.every(isCount)) throw badHeader()
  if (features.join() !== FEATURES.join()) throw new Error("it was trained on other features than this release has")
  return { hidden, width, parts: parts as ReadonlyArray<number>, sequence }
}

/** Throws, in words, where the file is not one of these. */
export const decodeInteractions = (file: Uint8Array): InteractionsFile => {
  const [own, beside] = decodeParts(file, 2)
  const { header, numbers } = decodeNumbers(own!, headerOf, (one) => {
    const columns = one.parts.reduce((sum, n) => sum + n, 0)
    return [columns, columns, ...parametersOf(one).map(([, size]) => size)]
  })
  const { sequence, ...shape } = header
  const [means, scales, ...rest] = numbers
  return {
    model: {
      ...shape,
      means: means!,
      scales: scales!,
      parameters: new Map(parametersOf(shape).map(([name], i) => [name, rest[i]!]))
    },
    sequence: decodeSequenceModel(beside!),
    sequenceVersion: sequence
  }
}
