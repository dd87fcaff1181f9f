/** A trained BPR as a ranker of slates, also of people and places that it has not seen; and the file that it is kept in. */

import type { SlateScorer } from "../../judge/slates.ts"
import { BprModel } from "../../learn/bpr/model.ts"
import { fitRidge, predict, type Ridge } from "../../learn/ridge.ts"

/** How small the map from vibes to vectors is held, in places that say otherwise. */
const PENALTY = 1
/** Fewer places than this say nothing of what vibes mean. */
const LEAST_PLACES = 80

export type Vibes = ReadonlyMap<string, ArrayLike<number>>

export interface BprFactors {
  readonly users: ReadonlyArray<string>
  readonly items: ReadonlyArray<string>
  readonly model: BprModel
  /** From a place's vibe to its vector and bias; absent where too few places were trained on. */
  readonly cold: Ridge | undefined
}

/** Learns what the vibe of a place says of its vector: for places that nobody was offered before. */
export const withColdPlaces = (factors: Omit<BprFactors, "cold">, vibes: Vibes): BprFactors => {
  const { width, items, biases } = factors.model
  const known = [...factors.items.keys()].filter((i) => vibes.has(factors.items[i]!))
  if (known.length < LEAST_PLACES) return { ...factors, cold: undefined }
  const inputs = known.map((i) => vibes.get(factors.items[i]!)!)
  const outputs = known.map((i) => [...items.subarray(i * width, (i + 1) * width), biases[i]!])
  return { ...factors, cold: fitRidge(inputs, outputs, PENALTY) }
}

/** Scores slates by name. Strangers have the mean of all users, unknown places what their vibe says, else nothing. */
export const bprScorer = ({ users, items, model, cold }: BprFactors, vibes: Vibes): SlateScorer => {
  const { width } = model
  const [userOf, itemOf] = [users, items].map((names) => new Map(names.map((name, i) => [name, i])))
  const stranger = new Float64Array(width)
  for (let u = 0; u < users.length; u++) {
    for (let k = 0; k < width; k++) stranger[k]! += model.users[u * width + k]! / users.length
  }
  const guessed = new Map<string, Float64Array | undefined>()
  const guess = (item: string) => {
    if (!guessed.has(item)) {
      const vibe = vibes.get(item)
      guessed.set(item, cold === undefined || vibe === undefined ? undefined : predict(cold, vibe))
    }
    return guessed.get(item)
  }
  return (slate) => {
    const user = userOf!.get(slate.user)
    const taste = user === undefined ? stranger : model.users.subarray(user * width, (user + 1) * width)
    return slate.items.map((item) => {
      const at = itemOf!.get(item)
      if (at === undefined) {
        const vector = guess(item)
        if (vector === undefined) return 0
        let score = vector[width]!
        for (let k = 0; k < width; k++) score += taste[k]! * vector[k]!
        return score
      }
      let score = model.biases[at]!
      for (let k = 0; k < width; k++) score += taste[k]! * model.items[at * width + k]!
      return score
    })
  }
}

/** A line of JSON, then the numbers as they lie in memory. */
export const encodeFactors = ({ users, items, model, cold }: BprFactors): Uint8Array => {
  const header = { width: model.width, users, items, cold: cold === undefined ? null : [...cold.weights] }
  const text = Buffer.from(`${JSON.stringify(header)}\n`)
  const numbers = [model.users, model.items, model.biases]
  return Buffer.concat([text, ...numbers.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))])
}

export const decodeFactors = (file: Uint8Array): BprFactors => {
  const end = file.indexOf(10)
  const header = JSON.parse(Buffer.from(file.subarray(0, end)).toString()) as {
    readonly width: number
    readonly users: ReadonlyArray<string>
    readonly items: ReadonlyArray<string>
    readonly cold: ReadonlyArray<number> | null
  }
  const { width, users, items, cold } = header
  const sizes = [users.length * width, items.length * width, items.length]
  // A copy: the numbers have to begin where numbers may begin, whatever length the line has.
  const body = new Uint8Array(file.subarray(end + 1))
  if (body.byteLength !== 4 * sizes.reduce((a, b) => a + b, 0))
    throw new Error("the file has not the length that it says")
  let at = 0
  const [u, i, b] = sizes.map((size) => {
    at += size
    return new Float32Array(body.buffer, body.byteOffset + 4 * (at - size), size)
  })
  return {
    users,
    items,
    model: new BprModel(width, u!, i!, b!),
    cold:
      cold === null
        ? undefined
        : { inputs: cold.length / (width + 1) - 1, outputs: width + 1, weights: Float64Array.from(cold) }
  }
}
