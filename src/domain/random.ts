/** Reproducible randomness: the same seed gives the same numbers on every machine and in every version of Node. */

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
