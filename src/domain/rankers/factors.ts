/**
 * A matrix factorisation as it serves: a vector per person, a vector and a bias per place; their product says what is
 * preferred. Also for people and places that it has not seen, and the file that it is kept in. Whoever judges it and whoever
 * serves it use the same functions.
 */
import { type LinearMap, mapped } from "../basics/linear-map.ts"
import { badHeader, decodeNumbers, encodeNumbers, isNumbers, isTexts } from "./numbers-file.ts"
import { type Judged, MOST_JUDGED, type Place, type Taste, type TasteScorer } from "./tastes.ts"

export interface Factors {
  readonly users: ReadonlyArray<string>
  readonly items: ReadonlyArray<string>
  readonly model: {
    readonly width: number
    readonly users: Float32Array
    readonly items: Float32Array
    readonly biases: Float32Array
  }
  /** From a place's vibe to its vector and bias; absent where too few places were trained on. */
  readonly cold: LinearMap | undefined
}

/** The type under which the registry has such a model. */
export const FACTORS_MODEL_TYPE = "matrix_factorisation"

const STEPS = 40
const RATE = 4
/** How strongly a taste is drawn to what everybody likes: a handful of places is not a person. */
const PULL = 0.02

const meanRow = (rows: Float32Array, width: number): Float64Array => {
  const mean = new Float64Array(width)
  const count = rows.length / width
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count
  return mean
}

/** Follows the gradient of the mean log-odds of every accepted place against every passed one. */
const fitted = (
  accepted: ReadonlyArray<Taste>,
  passed: ReadonlyArray<Taste>,
  start: Float64Array,
  width: number
): Float64Array => {
  const taste = start.slice()
  const step = new Float64Array(width)
  const pairs = accepted.length * passed.length
  for (let n = 0; n < STEPS; n++) {
    step.fill(0)
    for (const yes of accepted) {
      for (const no of passed) {
        let margin = 0
        for (let k = 0; k < width; k++) margin += taste[k]! * (yes[k]! - no[k]!)
        const surprise = 1 / (1 + Math.exp(margin)) / pairs
        for (let k = 0; k < width; k++) step[k]! += surprise * (yes[k]! - no[k]!)
      }
    }
    for (let k = 0; k < width; k++) taste[k]! += RATE * (step[k]! - PULL * (taste[k]! - start[k]!))
  }
  return taste
}

export const factorScorer = ({ users, items, model, cold }: Factors): TasteScorer => {
  const { width } = model
  const [userOf, itemOf] = [users, items].map((names) => new Map(names.map((name, i) => [name, i])))
  const stranger = meanRow(model.users, width)
  const usual = meanRow(model.items, width)
  const guessed = new WeakMap<ArrayLike<number>, Float64Array>()
  /** The vector and, after it, the bias. */
  const guess = (vibe: ArrayLike<number>): Float64Array | undefined => {
    if (cold === undefined || vibe.length !== cold.inputs) return undefined
    let known = guessed.get(vibe)
    if (known === undefined) {
      known = mapped(cold, vibe)
      guessed.set(vibe, known)
    }
    return known
  }
  const vectorOf = ({ id, vibe }: Place): Taste | undefined => {
    const at = itemOf!.get(id)
    if (at !== undefined) return model.items.subarray(at * width, (at + 1) * width)
    return vibe === undefined ? undefined : guess(vibe)
  }
  const newest = (judged: ReadonlyArray<Judged>, accepted: boolean, most: number): ReadonlyArray<Taste> =>
    judged
      .filter((one) => one.accepted === accepted)
      .slice(-most)
      .map(({ place }) => vectorOf(place))
      .filter((vector) => vector !== undefined)
  return {
    known: (user) => {
      const at = userOf!.get(user)
      return at === undefined ? undefined : model.users.subarray(at * width, (at + 1) * width)
    },
    stranger,
    knows: (place) => vectorOf(place) !== undefined,
    learnt: (judged, most = MOST_JUDGED) => {
      const accepted = newest(judged, true, most)
      const passed = newest(judged, false, most)
      if (accepted.length === 0 && passed.length === 0) return stranger
      // Where only one kind is known, the other is what places are like on the whole.
      const or = (some: ReadonlyArray<Taste>) => (some.length === 0 ? [usual] : some)
      return fitted(or(accepted), or(passed), stranger, width)
    },
    score: (taste, place) => {
      const at = itemOf!.get(place.id)
      if (at === undefined) {
        const vector = place.vibe === undefined ? undefined : guess(place.vibe)
        if (vector === undefined) return 0
        let score = vector[width]!
        for (let k = 0; k < width; k++) score += taste[k]! * vector[k]!
        return score
      }
      let score = model.biases[at]!
      for (let k = 0; k < width; k++) score += taste[k]! * model.items[at * width + k]!
      return score
    }
  }
}

/** A line of JSON, then the numbers as they lie in memory. */
export const encodeFactors = ({ users, items, model, cold }: Factors): Uint8Array =>
  encodeNumbers({ width: model.width, users, items, cold: cold === undefined ? null : [...cold.weights] }, [
    model.users,
    model.items,
    model.biases
  ])

const headerOf = ({ width, users, items, cold }: Readonly<Record<string, unknown>>) => {
  if (!Number.isInteger(width) || Number(width) < 1 || !isTexts(users) || !isTexts(items)) throw badHeader()
  if (cold !== null && !isNumbers(cold)) throw badHeader()
  return { width: Number(width), users, items, cold }
}

/** Throws, in words, where the file is not one of these. */
export const decodeFactors = (file: Uint8Array): Factors => {
  const { header, numbers } = decodeNumbers(file, headerOf, ({ items, users, width }) => [
    users.length * width,
    items.length * width,
    items.length
  ])
  const { cold, items, users, width } = header
  const [u, i, b] = numbers
  const outputs = width + 1
  return {
    users,
    items,
    model: { width, users: u!, items: i!, biases: b! },
    cold: cold === null ? undefined : { inputs: cold.length / outputs - 1, outputs, weights: Float64Array.from(cold) }
  }
}
