/**
 * A model of members as it serves (u_sasrec): a model of sequences gives each member's taste; it looks at the eight dimensions of
 * their persona, as far as it needs each of them, and what it finds is added. Each place then looks at the members: to whom it says
 * most counts most. A place's score is the sum of what every member's own needs say of it, by those shares.
 */
import { DIMENSION_SPANS } from "../persona/encode.ts"
import { badHeader, decodeNumbers, decodeParts, encodeNumbers, encodeParts } from "./numbers-file.ts"
import { decodeSequenceModel, type SequenceModel, type SequenceScorer } from "./sequence-model.ts"
import type { Place, Taste } from "./tastes.ts"

/** The type under which the registry has such a model. */
export const MEMBERS_MODEL_TYPE = "members"

export const DIMENSIONS = DIMENSION_SPANS.length
/** Numbers of a persona's vector that say its dimensions. */
export const DIMENSION_COLUMNS = DIMENSION_SPANS.at(-1)![2]
/** Numbers that are looked for, and that are found. */
export const KEY_WIDTH = 16
export const VALUE_WIDTH = 64

export interface MembersModel {
  /** Of the model of sequences. */
  readonly width: number
  readonly parameters: ReadonlyMap<string, Float32Array>
}

/** With the model of sequences that it was trained on. */
export interface MembersFile {
  readonly model: MembersModel
  readonly sequence: SequenceModel
  readonly sequenceVersion: string
}

/** The names of all that is learnt, with their shapes. */
export const shapesOf = (width: number): ReadonlyArray<readonly [string, ReadonlyArray<number>]> => {
  const dense = (name: string, from: number, to: number): ReadonlyArray<readonly [string, ReadonlyArray<number>]> => [
    [`${name} weight`, [from, to]],
    [`${name} bias`, [to]]
  ]
  return [
    ...dense("question", width, KEY_WIDTH),
    ...dense("dimension keys", DIMENSION_COLUMNS, DIMENSIONS * KEY_WIDTH),
    ...dense("dimension values", DIMENSION_COLUMNS, DIMENSIONS * VALUE_WIDTH),
    ...dense("found", VALUE_WIDTH, width),
    ...dense("member", width, KEY_WIDTH),
    ...dense("place", width, KEY_WIDTH),
    ...dense("answer", 1, 1)
  ]
}

/** 1 where a dimension speaks for itself, 0 where it would speak for another: columns × (dimensions · width). */
export const ownBlocks = (width: number): Float32Array => {
  const blocks = new Float32Array(DIMENSION_COLUMNS * DIMENSIONS * width)
  for (const [d, [, from, to]] of DIMENSION_SPANS.entries()) {
    for (let column = from; column < to; column++) {
      const at = column * DIMENSIONS * width + d * width
      blocks.fill(1, at, at + width)
    }
  }
  return blocks
}

/** What is known of a member: worked out once, whatever places they are asked about. */
export interface Needs {
  /** Their taste with what their dimensions add. */
  readonly taste: Float32Array
  /** How much each dimension was looked at; together 1. */
  readonly looked: Float64Array
  /** What places look for. */
  readonly key: Float64Array
}

/** What a place is worth to a party, and who says so. */
export interface Heard {
  readonly score: number
  /** What each member's needs alone say, and how much that counts here; shares are together 1. */
  readonly members: ReadonlyArray<{ readonly score: number; readonly share: number }>
}

export interface MembersScorer {
  /** `persona` is the vector of 128 numbers, or as much of it as says the dimensions. */
  readonly needsOf: (taste: Taste, persona: ArrayLike<number>) => Needs
  /** In any order of the members the same; of one, what their needs alone say. Nothing of a place that is not known. */
  readonly hear: (needs: ReadonlyArray<Needs>, place: Place) => Heard | undefined
  /** `hear`, without saying who. */
  readonly worth: (needs: ReadonlyArray<Needs>, place: Place) => number | undefined
}

/** Turns what is there into shares, in its place. */
const softmax = (numbers: Float64Array): Float64Array => {
  const most = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  let sum = 0
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = Math.exp(numbers[i]! - most)
    sum += numbers[i]!
  }
  for (let i = 0; i < numbers.length; i++) numbers[i]! /= sum
  return numbers
}

const product = (a: ArrayLike<number>, b: ArrayLike<number>, from: number, count: number): number => {
  let sum = 0
  for (let i = 0; i < count; i++) sum += a[i]! * b[from + i]!
  return sum
}

export const membersScorer = ({ parameters, width }: MembersModel, rowOf: SequenceScorer["rowOf"]): MembersScorer => {
  const numbers = (name: string) => parameters.get(name)!
  const dense = (name: string, x: ArrayLike<number>, inputs: number, outputs: number): Float64Array => {
    const weight = numbers(`${name} weight`)
    const y = Float64Array.from(numbers(`${name} bias`))
    for (let i = 0; i < inputs; i++) {
      const factor = x[i]!
      if (factor === 0) continue
      for (let o = 0, w = i * outputs; o < outputs; o++, w++) y[o]! += factor * weight[w]!
    }
    return y
  }
  /** Only a dimension's own columns speak for it. */
  const dimensions = (name: string, persona: ArrayLike<number>, each: number): Float64Array => {
    const weight = numbers(`${name} weight`)
    const y = Float64Array.from(numbers(`${name} bias`))
    for (const [d, [, from, to]] of DIMENSION_SPANS.entries()) {
      for (let column = from; column < to; column++) {
        const factor = persona[column] ?? 0
        if (factor === 0) continue
        const w = column * DIMENSIONS * each + d * each
        for (let o = 0; o < each; o++) y[d * each + o]! += factor * weight[w + o]!
      }
    }
    return y
  }
  const scale = Math.sqrt(KEY_WIDTH)
  const [gain, offset] = [numbers("answer weight")[0]!, numbers("answer bias")[0]!]
  // What a place asks is the same whoever it is asked of.
  const asked = new WeakMap<ArrayLike<number>, Float64Array>()
  const sharesOf = (needs: ReadonlyArray<Needs>, row: ArrayLike<number>): Float64Array => {
    let asks = asked.get(row)
    if (asks === undefined) {
      asks = dense("place", row, width, KEY_WIDTH)
      asked.set(row, asks)
    }
    return softmax(Float64Array.from(needs, ({ key }) => product(asks, key, 0, KEY_WIDTH) / scale))
  }
  const alone = ({ taste }: Needs, row: ArrayLike<number>) => gain * product(taste, row, 0, width) + offset
  return {
    needsOf: (taste, persona) => {
      const question = dense("question", taste, width, KEY_WIDTH)
      const keys = dimensions("dimension keys", persona, KEY_WIDTH)
      const values = dimensions("dimension values", persona, VALUE_WIDTH)
      const looked = softmax(
        Float64Array.from({ length: DIMENSIONS }, (_, d) => product(question, keys, d * KEY_WIDTH, KEY_WIDTH) / scale)
      )
      const found = new Float64Array(VALUE_WIDTH)
      for (let d = 0; d < DIMENSIONS; d++) {
        for (let i = 0; i < VALUE_WIDTH; i++) found[i]! += looked[d]! * values[d * VALUE_WIDTH + i]!
      }
      const added = dense("found", found, VALUE_WIDTH, width)
      const whole = Float32Array.from(added, (x, i) => x + taste[i]!)
      return { taste: whole, looked, key: dense("member", whole, width, KEY_WIDTH) }
    },
    hear: (needs, place) => {
      const row = rowOf(place)
      if (row === undefined) return undefined
      const shares = sharesOf(needs, row)
      const members = needs.map((one, m) => ({ score: alone(one, row), share: shares[m]! }))
      return { score: members.reduce((sum, { score, share }) => sum + share * score, 0), members }
    },
    worth: (needs, place) => {
      const row = rowOf(place)
      if (row === undefined) return undefined
      // One alone has all of it: nobody has to be asked about.
      if (needs.length === 1) return alone(needs[0]!, row)
      const shares = sharesOf(needs, row)
      return needs.reduce((sum, one, m) => sum + shares[m]! * alone(one, row), 0)
    }
  }
}

const countOf = (shape: ReadonlyArray<number>): number => shape.reduce((a, b) => a * b, 1)

export const encodeMembers = (
  { parameters, width }: MembersModel,
  sequence: Uint8Array,
  sequenceVersion: string
): Uint8Array =>
  encodeParts([
    encodeNumbers(
      { width, sequence: sequenceVersion },
      shapesOf(width).map(([name]) => parameters.get(name)!)
    ),
    sequence
  ])

const headerOf = ({ sequence, width }: Readonly<Record<string, unknown>>) => {
  if (!Number.isInteger(width) || Number(width) < 1 || typeof sequence !== "string") throw badHeader()
  return { width: Number(width), sequence }
}

/** Throws, in words, where the file is not one of these. */
export const decodeMembers = (file: Uint8Array): MembersFile => {
  const [own, beside] = decodeParts(file, 2)
  const { header, numbers } = decodeNumbers(own!, headerOf, ({ width }) =>
    shapesOf(width).map(([, shape]) => countOf(shape))
  )
  const sequence = decodeSequenceModel(beside!)
  if (sequence.width !== header.width) throw badHeader()
  return {
    sequence,
    sequenceVersion: header.sequence,
    model: {
      width: header.width,
      parameters: new Map(shapesOf(header.width).map(([name], i) => [name, numbers[i]!]))
    }
  }
}
