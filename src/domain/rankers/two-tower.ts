/**
 * Two towers as they serve: places by what they are, people by what is known of them, both as unit vectors of one space of 64
 * numbers, so that whoever likes a place is near to it. Each begins as what retrieval goes by without a model: a place as its vibe, a
 * person as their taste in vibes, and what they accepted last less what they passed; what is learnt is added.
 */
import { CATEGORIES, type Category, categoryIndex } from "../catalog/category.ts"
import { PERSONA_DIMENSIONS, VIBE_DIMENSIONS } from "../vocabulary.ts"
import { badHeader, decodeNumbers, encodeNumbers } from "./numbers-file.ts"

/** The type under which the registry has such a model. */
export const TWO_TOWER_MODEL_TYPE = "two_tower"

export const SPACE = VIBE_DIMENSIONS
/** What price tiers there are: 0 to 4. */
const PRICES = 5
export const PLACE_COLUMNS = VIBE_DIMENSIONS + CATEGORIES.length + PRICES
/** The persona, and the mean vibes of what was accepted and passed last. */
export const ACCEPTED_FROM = PERSONA_DIMENSIONS
export const PASSED_FROM = PERSONA_DIMENSIONS + VIBE_DIMENSIONS
export const PERSON_COLUMNS = PASSED_FROM + VIBE_DIMENSIONS
export const HIDDEN = 32

/** What was accepted last less what was passed, beside the taste of the persona. */
export const LATELY = 1

/** So many of the newest places of either kind. */
const LAST = 10

export const TOWERS = ["person", "place"] as const
export type Tower = (typeof TOWERS)[number]

const COLUMNS: Readonly<Record<Tower, number>> = { person: PERSON_COLUMNS, place: PLACE_COLUMNS }

export interface TowersModel {
  readonly parameters: ReadonlyMap<string, Float32Array>
}

/** The names of all that is learnt, with their shapes. */
export const shapesOf = (tower: Tower): ReadonlyArray<readonly [string, ReadonlyArray<number>]> => [
  [`${tower} in weight`, [COLUMNS[tower], HIDDEN]],
  [`${tower} in bias`, [HIDDEN]],
  [`${tower} out weight`, [HIDDEN, SPACE]],
  [`${tower} out bias`, [SPACE]]
]

const allShapes = TOWERS.flatMap(shapesOf)

export interface KnownPlace {
  readonly vibe: ArrayLike<number>
  readonly category: Category
  readonly priceTier: number
}

/** What the tower of places is given. The first numbers are the vibe. */
export const placeInput = ({ category, priceTier, vibe }: KnownPlace): Float32Array => {
  const input = new Float32Array(PLACE_COLUMNS)
  input.set(vibe)
  input[VIBE_DIMENSIONS + categoryIndex(category)] = 1
  input[VIBE_DIMENSIONS + CATEGORIES.length + Math.min(PRICES - 1, Math.max(0, priceTier))] = 1
  return input
}

/** What the tower of people is given: their persona, and the vibes of what they judged, oldest first. The first numbers are their taste. */
export const personInput = (
  persona: ArrayLike<number>,
  judged: ReadonlyArray<{ readonly accepted: boolean; readonly vibe: ArrayLike<number> | undefined }>
): Float32Array => {
  const input = new Float32Array(PERSON_COLUMNS)
  input.set(persona)
  for (const [kind, at] of [
    [true, ACCEPTED_FROM],
    [false, PASSED_FROM]
  ] as const) {
    const vibes = judged.flatMap(({ accepted, vibe }) => (accepted === kind && vibe !== undefined ? [vibe] : []))
    const last = vibes.slice(-LAST)
    for (const vibe of last) for (let i = 0; i < VIBE_DIMENSIONS; i++) input[at + i]! += vibe[i]! / last.length
  }
  return input
}

export type Vector = Float32Array<ArrayBuffer>

export const towersOf = ({ parameters }: TowersModel): Readonly<Record<Tower, (input: Float32Array) => Vector>> => {
  const dense = (name: string, x: ArrayLike<number>): Float64Array => {
    const weight = parameters.get(`${name} weight`)!
    const y = Float64Array.from(parameters.get(`${name} bias`)!)
    for (let i = 0, w = 0; i < x.length; i++, w += y.length) {
      const factor = x[i]!
      if (factor === 0) continue
      for (let o = 0; o < y.length; o++) y[o]! += factor * weight[w + o]!
    }
    return y
  }
  const tower = (name: Tower) => (input: Float32Array) => {
    const added = dense(
      `${name} out`,
      dense(`${name} in`, input).map((x) => Math.max(0, x))
    )
    const begins = (i: number) =>
      name === "place" ? input[i]! : input[i]! + LATELY * (input[ACCEPTED_FROM + i]! - input[PASSED_FROM + i]!)
    const whole = added.map((x, i) => x + begins(i))
    const length = Math.hypot(...whole)
    return Float32Array.from(whole, (x) => (length === 0 ? 0 : x / length))
  }
  return { person: tower("person"), place: tower("place") }
}

export const encodeTowers = ({ parameters }: TowersModel): Uint8Array =>
  encodeNumbers(
    { space: SPACE, hidden: HIDDEN, person: PERSON_COLUMNS, place: PLACE_COLUMNS },
    allShapes.map(([name]) => parameters.get(name)!)
  )

const headerOf = ({ hidden, person, place, space }: Readonly<Record<string, unknown>>) => {
  if (space !== SPACE || typeof hidden !== "number") throw badHeader()
  if (hidden !== HIDDEN || person !== PERSON_COLUMNS || place !== PLACE_COLUMNS) {
    throw new Error("it was trained on other numbers of people and places than this release has")
  }
  return {}
}

/** Throws, in words, where the file is not one of these. */
export const decodeTowers = (file: Uint8Array): TowersModel => {
  const { numbers } = decodeNumbers(file, headerOf, () =>
    allShapes.map(([, shape]) => shape.reduce((a, b) => a * b, 1))
  )
  return { parameters: new Map(allShapes.map(([name], i) => [name, numbers[i]!])) }
}
