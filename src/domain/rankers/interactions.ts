/**
 * A model of feature interactions as it serves: what describes a candidate, what a model of sequences thinks of it, and the
 * embeddings of party and place, weighed pair by pair. Two hundred candidates take about a millisecond, without a runtime.
 */
import { FEATURES, type Features } from "../features.ts"
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import { decodeMembers, type MembersModel } from "./members-model.ts"
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

/** With the models that it was trained beside: other ones would speak of other numbers. */
export interface InteractionsFile {
  readonly model: InteractionsModel
  readonly sequence: SequenceModel
  /** What hears the members of a party one by one, where it was trained beside one. */
  readonly members: MembersModel | undefined
  /** The version of that model, whose tastes the night may have worked out. */
  readonly sequenceVersion: string
}

/** Parts of a row: what describes the candidate (its features, and the scores of the models beside); the party's taste, the place's row and the place's vibe. */
export const partsFor = (tasteWidth: number, scores: 1 | 2 = 1): ReadonlyArray<number> => [
  FEATURES.length + scores,
  tasteWidth,
  tasteWidth,
  VIBE_DIMENSIONS
]

/** What the party is, beside every candidate. */
export interface BesideCandidates {
  readonly sequence: SequenceScorer
  readonly taste: Taste
  /** What the members of the party say of a place, where they are heard one by one. */
  readonly heard: ((place: Place) => number) | undefined
}

/** What describes a candidate, written into `into` from `at` on: how many numbers that are. */
export const describe = (
  into: Float32Array,
  at: number,
  features: Features,
  { heard, sequence, taste }: BesideCandidates,
  place: Place
): number => {
  let next = at
  for (const name of FEATURES) into[next++] = features[name]
  into[next++] = sequence.score(taste, place) / Math.sqrt(taste.length)
  if (heard !== undefined) into[next++] = heard(place)
  return next - at
}

const NO_VIBE = new Float32Array(VIBE_DIMENSIONS)

/** One row, written into `into` from `at` on. */
export const writeRow = (
  into: Float32Array,
  at: number,
  features: Features,
  beside: BesideCandidates,
  place: Place
): void => {
  const { sequence, taste } = beside
  const next = at + describe(into, at, features, beside, place)
  into.set(taste, next)
  into.set(sequence.rowOf(place) ?? new Float32Array(taste.length), next + taste.length)
  into.set(place.vibe ?? NO_VIBE, next + 2 * taste.length)
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

interface Dense {
  readonly weight: Float32Array
  readonly bias: Float32Array
}

/** What is worked out of a candidate part by part, so that what is the same beside many is worked out once. */
export interface InteractionsParts {
  /** What a part other than the first says: its numbers, as they come, drawn into a few. */
  readonly draw: (part: number, numbers: ArrayLike<number>, from?: number) => Float64Array
  /** What describes the candidate, as it comes, and what the other parts say, in their order. */
  readonly logit: (described: ArrayLike<number>, drawn: ReadonlyArray<Float64Array>, from?: number) => number
}

const into = (x: ArrayLike<number>, { bias, weight }: Dense, y: Float64Array): Float64Array => {
  y.set(bias)
  const to = y.length
  for (let i = 0, w = 0; i < x.length; i++, w += to) {
    const factor = x[i]!
    if (factor === 0) continue
    for (let o = 0; o < to; o++) y[o]! += factor * weight[w + o]!
  }
  return y
}

export const interactionsParts = (model: InteractionsModel): InteractionsParts => {
  const { hidden, means, parameters, parts, scales, width } = model
  const weights = (name: string): Dense => ({
    weight: parameters.get(`${name} weight`)!,
    bias: parameters.get(`${name} bias`)!
  })
  const [described, top, out] = [weights("described"), weights("top"), weights("out")]
  const drawing = parts.map((_, part) => weights(`part ${part}`))
  const begins = parts.map((_, part) => parts.slice(0, part).reduce((sum, n) => sum + n, 0))
  const pairs = parts.flatMap((_, a) =>
    parts.slice(a + 1).map((__, k) => ({ a, b: a + 1 + k, meet: weights(`pair ${a} ${a + 1 + k}`) }))
  )
  // Of all pairs together: what each adds whatever it says.
  const always = Float64Array.from({ length: hidden }, (_, i) =>
    pairs.reduce((sum, { meet }) => sum + meet.bias[i]!, 0)
  )
  const standard = parts.map((size) => new Float64Array(size))
  const standardized = (part: number, numbers: ArrayLike<number>, from: number): Float64Array => {
    const [x, begin] = [standard[part]!, begins[part]!]
    for (let i = 0; i < x.length; i++) x[i] = (numbers[from + i]! - means[begin + i]!) / scales[begin + i]!
    return x
  }
  const [first, own, above] = [new Float64Array(hidden), new Float64Array(width), new Float64Array(hidden)]
  return {
    draw: (part, numbers, from = 0) => into(standardized(part, numbers, from), drawing[part]!, new Float64Array(width)),
    logit: (numbers, drawn, from = 0) => {
      into(standardized(0, numbers, from), described, first)
      for (let i = 0; i < hidden; i++) first[i] = Math.max(0, first[i]!)
      into(first, drawing[0]!, own)
      into(own, top, above)
      for (let i = 0; i < hidden; i++) above[i]! += always[i]!
      for (const { a, b, meet } of pairs) {
        const [x, y] = [a === 0 ? own : drawn[a - 1]!, drawn[b - 1]!]
        let product = 0
        for (let i = 0; i < width; i++) product += x[i]! * y[i]!
        for (let i = 0; i < hidden; i++) above[i]! += product * meet.weight[i]!
      }
      let sum = out.bias[0]!
      for (let i = 0; i < hidden; i++) sum += Math.max(0, above[i]!) * out.weight[i]!
      return sum
    }
  }
}

/** Gives the logits of rows that lie one after another. */
export const interactionsScorer = (model: InteractionsModel) => {
  const { draw, logit } = interactionsParts(model)
  const columns = model.means.length
  const others = model.parts.slice(1)
  return (rows: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: rows.length / columns }, (_, r) => {
      let from = r * columns + model.parts[0]!
      const drawn = others.map((size, k) => {
        from += size
        return draw(k + 1, rows, from - size)
      })
      return logit(rows, drawn, r * columns)
    })
}

export const encodeInteractions = (
  model: InteractionsModel,
  beside: { readonly kind: "sequence" | "members"; readonly file: Uint8Array; readonly sequenceVersion: string }
): Uint8Array => {
  const { hidden, means, parameters, parts, scales, width } = model
  const header = { parts, hidden, width, features: FEATURES, beside: beside.kind, sequence: beside.sequenceVersion }
  const numbers = [means, scales, ...parametersOf(model).map(([name]) => parameters.get(name)!)]
  return encodeParts([encodeNumbers(header, numbers), beside.file])
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1

/** Files of older releases do not say what is beside: a model of sequences. */
const headerOf = ({ beside, features, hidden, parts, sequence, width }: Readonly<Record<string, unknown>>) => {
  if (!isCount(hidden) || !isCount(width) || typeof sequence !== "string" || !isTexts(features)) throw badHeader()
  if (!Array.isArray(parts) || parts.length < 2 || !parts.every(isCount)) throw badHeader()
  if (features.join() !== FEATURES.join()) throw new Error("it was trained on other features than this release has")
  return { hidden, width, parts: parts as ReadonlyArray<number>, sequence, hears: beside === "members" }
}

const membersOf = (file: Uint8Array) => {
  const { model, sequence } = decodeMembers(file)
  return { members: model, sequence }
}

/** Throws, in words, where the file is not one of these. */
export const decodeInteractions = (file: Uint8Array): InteractionsFile => {
  const [own, beside] = decodeParts(file, 2)
  const { header, numbers } = decodeNumbers(own!, headerOf, (one) => {
    const columns = one.parts.reduce((sum, n) => sum + n, 0)
    return [columns, columns, ...parametersOf(one).map(([, size]) => size)]
  })
  const { hears, sequence, ...shape } = header
  const { members, sequence: trunk } = hears
    ? membersOf(beside!)
    : { members: undefined, sequence: decodeSequenceModel(beside!) }
  const [means, scales, ...rest] = numbers
  return {
    model: {
      ...shape,
      means: means!,
      scales: scales!,
      parameters: new Map(parametersOf(shape).map(([name], i) => [name, rest[i]!]))
    },
    sequence: trunk,
    members,
    sequenceVersion: sequence
  }
}
