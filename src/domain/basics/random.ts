/** Reproducible randomness: the same seed gives the same numbers on every machine and in every version of Node. */

import { uuidV7 } from "../ids.ts"
import { hash128 } from "./hash.ts"

/** Numbers in [0, 1) from a 32-bit seed (a Weyl sequence through an avalanche; period 2³²). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
    return ((x ^ (x >>> 15)) >>> 0) / 4_294_967_296
  }
}

export type Random = () => number

/**
 * A stream of its own for every list of names: 128 bits of state (sfc32), so that streams of thousands of people never
 * run into each other, and what one of them draws moves nobody else's numbers.
 */
export const randomStream = (...names: ReadonlyArray<string | number>): Random => {
  const seed = hash128(names.map((name) => `${String(name).length}:${name}`).join(""))
  const lane = (i: number) => Number.parseInt(seed.slice(i * 8, i * 8 + 8), 16) | 0
  let [a, b, c, d] = [lane(0), lane(1), lane(2), lane(3)]
  const next = () => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 8; i++) next()
  return next
}

export const between = (random: Random, from: number, to: number): number => from + random() * (to - from)

/** A whole number from `from` to `to`, both included. */
export const whole = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1))

/** An entry by its weight. */
export const pickWeighted = <A extends string>(random: Random, weights: Readonly<Record<A, number>>): A => {
  const entries = Object.entries<number>(weights) as unknown as ReadonlyArray<[A, number]>
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [name, weight] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return entries.at(-1)![0]
}

/** Standard normal (Box–Muller). */
export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Standard Gumbel: the largest utility plus this noise is chosen with the probabilities of a logit. */
export const gumbel = (random: Random): number => -Math.log(-Math.log(1 - random() * (1 - 1e-12)))

export const shuffled = <A>(random: Random, items: ReadonlyArray<A>): Array<A> => {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** A version 7 UUID whose random part comes from the stream. */
export const uuidFrom = (random: Random, millis: number): string => {
  const bytes = new Uint8Array(10)
  for (let i = 0; i < 10; i += 2) {
    const x = random() * 65_536
    bytes[i] = x >>> 8
    bytes[i + 1] = x & 255
  }
  return uuidV7(millis, bytes)
}
