/**
 * A model of sequences as it serves (SASRec, Kang & McAuley 2018): what somebody accepted and passed, in order and with the time
 * between, goes through blocks of causal self-attention; the state after the newest is their taste, and its product with a
 * place's row is what the place is worth to them. Small enough to be worked out here, in plain numbers.
 */
import { type LinearMap, mapped } from "../basics/linear-map.ts"
import { badHeader, decodeNumbers, encodeNumbers, isNumbers, isTexts } from "./numbers-file.ts"
import type { Judged, Place, TasteScorer } from "./tastes.ts"

export interface SequenceModel {
  readonly width: number
  readonly blocks: number
  /** So many of the newest places are looked at. */
  readonly length: number
  readonly items: ReadonlyArray<string>
  /** A row per place. */
  readonly rows: Float32Array
  /** A row per way in which a place came to stand in a history. */
  readonly contexts: Float32Array
  readonly parameters: ReadonlyMap<string, Float32Array>
  /** The mean of all tastes: whose history says nothing has this one. */
  readonly stranger: Float32Array
  /** From a place's vibe to its row; absent where too few places were trained on. */
  readonly cold: LinearMap | undefined
}

/** The type under which the registry has such a model. */
export const SEQUENCE_MODEL_TYPE = "sequence"

const HOUR_MS = 3_600_000
/** Within a sitting, within a stay, within a season; later is another time. */
const GAPS_MS = [6 * HOUR_MS, 72 * HOUR_MS, 1_440 * HOUR_MS]
/** The first of a history has nothing before it. */
const FIRST = GAPS_MS.length + 1

/** Ways in which a place may stand in a history: accepted or passed, how long after the one before. */
export const CONTEXTS = 2 * (FIRST + 1)

export const contextOf = ({ accepted, at }: Pick<Judged, "accepted" | "at">, before: number | undefined): number => {
  const longer = before === undefined ? FIRST : GAPS_MS.findIndex((gap) => at - before <= gap)
  return (longer < 0 ? GAPS_MS.length : longer) * 2 + (accepted ? 1 : 0)
}

const EPSILON = 1e-8

interface Sizes {
  readonly width: number
  readonly length: number
}

/** The names of all that is learnt besides rows, with how many numbers each has. */
export const parametersOf = ({ blocks, length, width }: Sizes & { readonly blocks: number }) => {
  const dense = (name: string): ReadonlyArray<readonly [string, number]> => [
    [`${name} weight`, width * width],
    [`${name} bias`, width]
  ]
  const norm = (name: string): ReadonlyArray<readonly [string, number]> => [
    [`${name} gain`, width],
    [`${name} offset`, width]
  ]
  const all: Array<readonly [string, number]> = [["positions", length * width]]
  for (let block = 0; block < blocks; block++) {
    const name = `block ${block}`
    all.push(...norm(`${name} attention norm`))
    for (const part of ["query", "key", "value"]) all.push(...dense(`${name} ${part}`))
    all.push(...norm(`${name} feed norm`), ...dense(`${name} feed in`), ...dense(`${name} feed out`))
  }
  return [...all, ...norm("last norm")]
}

type Parameters = (name: string) => Float32Array

const norm = (x: Float32Array, width: number, named: Parameters, name: string): Float32Array => {
  const [gain, offset] = [named(`${name} gain`), named(`${name} offset`)]
  const out = new Float32Array(x.length)
  for (let from = 0; from < x.length; from += width) {
    let mean = 0
    for (let i = 0; i < width; i++) mean += x[from + i]! / width
    let variance = 0
    for (let i = 0; i < width; i++) variance += (x[from + i]! - mean) ** 2 / width
    const inverse = 1 / Math.sqrt(variance + EPSILON)
    for (let i = 0; i < width; i++) out[from + i] = (x[from + i]! - mean) * inverse * gain[i]! + offset[i]!
  }
  return out
}

const dense = (x: Float32Array, width: number, named: Parameters, name: string): Float32Array => {
  const [weight, bias] = [named(`${name} weight`), named(`${name} bias`)]
  const out = new Float32Array(x.length)
  const sums = new Float64Array(width)
  for (let from = 0; from < x.length; from += width) {
    sums.set(bias)
    for (let i = 0; i < width; i++) {
      const factor = x[from + i]!
      if (factor === 0) continue
      for (let o = 0, w = i * width; o < width; o++, w++) sums[o]! += factor * weight[w]!
    }
    out.set(sums, from)
  }
  return out
}

/** What the queries (the last rows of a sequence) see in all keys up to their own. */
const attended = (query: Float32Array, key: Float32Array, value: Float32Array, width: number): Float32Array => {
  const out = new Float32Array(query.length)
  const ahead = (key.length - query.length) / width
  const weights = new Float64Array(key.length / width)
  for (let q = 0; q < query.length / width; q++) {
    const seen = ahead + q + 1
    let most = Number.NEGATIVE_INFINITY
    for (let k = 0; k < seen; k++) {
      let product = 0
      for (let i = 0; i < width; i++) product += query[q * width + i]! * key[k * width + i]!
      weights[k] = product / Math.sqrt(width)
      most = Math.max(most, weights[k]!)
    }
    let sum = 0
    for (let k = 0; k < seen; k++) {
      weights[k] = Math.exp(weights[k]! - most)
      sum += weights[k]!
    }
    for (let k = 0; k < seen; k++) {
      const share = weights[k]! / sum
      for (let i = 0; i < width; i++) out[q * width + i]! += share * value[k * width + i]!
    }
  }
  return out
}

const added = (a: Float32Array, b: Float32Array): Float32Array => a.map((x, i) => x + b[i]!)

/** What can be looked at in a sequence, and what is seen there. */
interface Seen {
  readonly key: Float32Array
  readonly value: Float32Array
}

/** One block; only the last state is worked out where nobody looks at the others. */
const throughBlock = (
  x: Float32Array,
  { key, value }: Seen,
  width: number,
  named: Parameters,
  name: string,
  lastOnly: boolean
) => {
  const own = lastOnly ? x.subarray(x.length - width) : x
  const calm = norm(own, width, named, `${name} attention norm`)
  const seen = attended(dense(calm, width, named, `${name} query`), key, value, width)
  const before = norm(added(seen, calm), width, named, `${name} feed norm`)
  const hidden = dense(before, width, named, `${name} feed in`).map((one) => Math.max(0, one))
  return added(dense(hidden, width, named, `${name} feed out`), before)
}

/** A place in a history. */
interface Step {
  readonly row: ArrayLike<number>
  /** What was passed speaks against what is like it. */
  readonly sign: 1 | -1
  readonly context: number
}

const FIRST_BLOCK = "block 0"

/**
 * What the first block sees is a sum of what a place, how it came to stand there and where it stands say by themselves: each is worked
 * out once, so that a taste costs a tenth. At most as many places are kept as the model has, and the vibes of a catalog.
 */
const firstLook = ({ contexts, length, parameters, width }: SequenceModel) => {
  const named: Parameters = (name) => parameters.get(name)!
  const nothing = new Float32Array(width)
  const product = (x: Float32Array, part: "key" | "value", bias: Float32Array) =>
    dense(x, width, (name) => (name.endsWith("bias") ? bias : named(name)), `${FIRST_BLOCK} ${part}`)
  const loud = (x: ArrayLike<number>): Float32Array => Float32Array.from(x, (one) => one * Math.sqrt(width))
  const both = (x: Float32Array, biased: boolean): Seen => ({
    key: product(x, "key", biased ? named(`${FIRST_BLOCK} key bias`) : nothing),
    value: product(x, "value", biased ? named(`${FIRST_BLOCK} value bias`) : nothing)
  })
  const [ofPositions, ofContexts] = [both(named("positions"), true), both(loud(contexts), false)]
  const ofRows = new WeakMap<ArrayLike<number>, Seen>()
  const ofRow = (row: ArrayLike<number>): Seen => {
    let seen = ofRows.get(row)
    if (seen === undefined) {
      seen = both(loud(row), false)
      ofRows.set(row, seen)
    }
    return seen
  }
  return (steps: ReadonlyArray<Step>): Seen => {
    const [key, value] = [new Float32Array(steps.length * width), new Float32Array(steps.length * width)]
    for (const [n, { context, row, sign }] of steps.entries()) {
      const own = ofRow(row)
      const [at, position, way] = [n * width, (length - steps.length + n) * width, context * width]
      for (let i = 0; i < width; i++) {
        key[at + i] = sign * own.key[i]! + ofContexts.key[way + i]! + ofPositions.key[position + i]!
        value[at + i] = sign * own.value[i]! + ofContexts.value[way + i]! + ofPositions.value[position + i]!
      }
    }
    return { key, value }
  }
}

/** Gives the state after the newest of some steps, which are as many as the model looks at, or fewer. */
const statesBy = (model: SequenceModel) => {
  const { blocks, contexts, length, parameters, width } = model
  const named: Parameters = (name) => parameters.get(name)!
  const looked = firstLook(model)
  return (steps: ReadonlyArray<Step>): Float32Array => {
    const positions = named("positions").subarray((length - steps.length) * width)
    let x: Float32Array = new Float32Array(steps.length * width)
    for (const [n, { context, row, sign }] of steps.entries()) {
      for (let i = 0, at = n * width; i < width; i++, at++) {
        x[at] = (sign * row[i]! + contexts[context * width + i]!) * Math.sqrt(width) + positions[at]!
      }
    }
    for (let block = 0; block < blocks; block++) {
      const name = `block ${block}`
      const seen =
        block === 0
          ? looked(steps)
          : { key: dense(x, width, named, `${name} key`), value: dense(x, width, named, `${name} value`) }
      x = throughBlock(x, seen, width, named, name, block === blocks - 1)
    }
    return norm(x, width, named, "last norm")
  }
}

export interface SequenceScorer extends TasteScorer {
  /** What the model knows of a place; undefined where that is nothing. */
  readonly rowOf: (place: Place) => ArrayLike<number> | undefined
}

export const sequenceScorer = (model: SequenceModel): SequenceScorer => {
  const { cold, length, rows, stranger, width } = model
  const numbers = new Map(
    model.items.map((name, i): readonly [string, Float32Array] => [name, rows.subarray(i * width, (i + 1) * width)])
  )
  const stateOf = statesBy(model)
  const guessed = new WeakMap<ArrayLike<number>, Float64Array>()
  const rowOf = ({ id, vibe }: Place): ArrayLike<number> | undefined => {
    const known = numbers.get(id)
    if (known !== undefined) return known
    if (vibe === undefined || cold === undefined || vibe.length !== cold.inputs) return undefined
    let row = guessed.get(vibe)
    if (row === undefined) {
      row = mapped(cold, vibe)
      guessed.set(vibe, row)
    }
    return row
  }
  return {
    known: () => undefined,
    rowOf,
    knows: (place) => rowOf(place) !== undefined,
    stranger,
    learnt: (judged) => {
      const seen: Array<Step> = []
      for (let i = judged.length - 1; i >= 0 && seen.length < length; i--) {
        const row = rowOf(judged[i]!.place)
        if (row === undefined) continue
        seen.unshift({ row, sign: judged[i]!.accepted ? 1 : -1, context: contextOf(judged[i]!, judged[i - 1]?.at) })
      }
      return seen.length === 0 ? stranger : stateOf(seen)
    },
    score: (taste, place) => {
      const row = rowOf(place)
      if (row === undefined) return 0
      let score = 0
      for (let i = 0; i < width; i++) score += taste[i]! * row[i]!
      return score
    }
  }
}

export const encodeSequenceModel = (model: SequenceModel): Uint8Array => {
  const { blocks, cold, contexts, items, length, parameters, rows, stranger, width } = model
  return encodeNumbers({ width, blocks, length, items, cold: cold === undefined ? null : [...cold.weights] }, [
    rows,
    contexts,
    stranger,
    ...parametersOf(model).map(([name]) => parameters.get(name)!)
  ])
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1

const headerOf = ({ blocks, cold, items, length, width }: Readonly<Record<string, unknown>>) => {
  if (!isCount(width) || !isCount(blocks) || !isCount(length) || !isTexts(items)) throw badHeader()
  if (cold !== null && !isNumbers(cold)) throw badHeader()
  return { width, blocks, length, items, cold }
}

/** Throws, in words, where the file is not one of these. */
export const decodeSequenceModel = (file: Uint8Array): SequenceModel => {
  const { header, numbers } = decodeNumbers(file, headerOf, (one) => [
    one.items.length * one.width,
    CONTEXTS * one.width,
    one.width,
    ...parametersOf(one).map(([, size]) => size)
  ])
  const [rows, contexts, stranger, ...rest] = numbers
  const { cold, width } = header
  return {
    ...header,
    rows: rows!,
    contexts: contexts!,
    stranger: stranger!,
    parameters: new Map(parametersOf(header).map(([name], i) => [name, rest[i]!])),
    cold:
      cold === null ? undefined : { inputs: cold.length / width - 1, outputs: width, weights: Float64Array.from(cold) }
  }
}
