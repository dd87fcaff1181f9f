/**
 * The vibe space: 64 dimensions, one per tag. A place's embedding is its tag weights, each lent in part to the
 * tags beside it, at unit length. The smoothing is a symmetric, strictly diagonally dominant matrix: it has an
 * inverse, so an embedding can always be explained back into the tags it came from.
 */
import { VIBE_DIMENSIONS } from "../vocabulary.ts"
import { TAXONOMY, tagIndex, VIBE_TAGS } from "./taxonomy.ts"

/** How much of a tag's weight its closest possible relative gets. Larger blurs tags, and past 1/(sum of relations) the inverse is lost. */
const SMOOTHING = 0.25

/** Weights of tags; a tag that is not named weighs nothing. */
export type TagWeights = Readonly<Record<string, number>>

const N = VIBE_DIMENSIONS

const smoothing: Float64Array = (() => {
  const matrix = new Float64Array(N * N)
  for (const info of TAXONOMY) {
    matrix[info.index * N + info.index] = 1
    for (const { tag, weight } of info.related) matrix[info.index * N + tagIndex(tag)!] = SMOOTHING * weight
  }
  return matrix
})()

/** Gauss–Jordan without pivoting: diagonal dominance makes it stable. */
const inverse: Float64Array = (() => {
  const a = smoothing.slice()
  const out = new Float64Array(N * N)
  for (let i = 0; i < N; i++) out[i * N + i] = 1
  for (let col = 0; col < N; col++) {
    const pivot = a[col * N + col]!
    for (let j = 0; j < N; j++) {
      a[col * N + j]! /= pivot
      out[col * N + j]! /= pivot
    }
    for (let row = 0; row < N; row++) {
      const factor = a[row * N + col]!
      if (row === col || factor === 0) continue
      for (let j = 0; j < N; j++) {
        a[row * N + j]! -= factor * a[col * N + j]!
        out[row * N + j]! -= factor * out[col * N + j]!
      }
    }
  }
  return out
})()

/** Off-diagonal row sums of the smoothing; each below 1 or the space would not be invertible. */
export const smoothingRowSums = (): ReadonlyArray<number> =>
  VIBE_TAGS.map((_, row) => smoothing.subarray(row * N, row * N + N).reduce((sum, x) => sum + x, 0) - 1)

const normalise = (sums: Float64Array): Float32Array => {
  let square = 0
  for (let i = 0; i < N; i++) square += sums[i]! * sums[i]!
  const out = new Float32Array(N)
  if (square === 0) return out
  const scale = 1 / Math.sqrt(square)
  for (let i = 0; i < N; i++) out[i] = sums[i]! * scale
  return out
}

/**
 * The embedding of tag weights given by dimension. Only what is above zero counts; with nothing above zero the
 * result is the zero vector, which is like no place at all.
 */
export const embedDense = (weights: ArrayLike<number>): Float32Array => {
  const sums = new Float64Array(N)
  for (let tag = 0; tag < N; tag++) {
    const weight = weights[tag] ?? 0
    if (!(weight > 0)) continue
    for (let i = 0; i < N; i++) sums[i]! += weight * smoothing[tag * N + i]!
  }
  return normalise(sums)
}

/** The 64-dimensional unit vector of these tags. Names outside the taxonomy are ignored: validate before. */
export const vibeEmbedding = (weights: TagWeights): Float32Array => {
  const dense = new Float64Array(N)
  for (const tag of Object.keys(weights)) {
    const index = tagIndex(tag)
    if (index !== undefined) dense[index] = weights[tag]!
  }
  return embedDense(dense)
}

/** The same from parallel arrays, as the catalog table keeps them. */
export const vibeEmbeddingOf = (tags: ReadonlyArray<string>, weights: ReadonlyArray<number>): Float32Array => {
  const dense = new Float64Array(N)
  for (let i = 0; i < tags.length; i++) {
    const index = tagIndex(tags[i]!)
    if (index !== undefined) dense[index] = weights[i] ?? 1
  }
  return embedDense(dense)
}

/** The unit vector of one tag: a dot product with it says how much of that tag a place has. */
export const tagVector = (tag: string): Float32Array => vibeEmbedding({ [tag]: 1 })

export interface ExplainedTag {
  readonly tag: string
  /** Relative to the strongest tag, which is 1. */
  readonly weight: number
}

/** Which tags make up a vector of the vibe space, strongest first; those below `floor` are left out. */
export const explain = (embedding: ArrayLike<number>, limit = 8, floor = 0.02): ReadonlyArray<ExplainedTag> => {
  const weights = new Float64Array(N)
  let strongest = 0
  for (let row = 0; row < N; row++) {
    let sum = 0
    for (let i = 0; i < N; i++) sum += inverse[row * N + i]! * (embedding[i] ?? 0)
    weights[row] = sum
    if (sum > strongest) strongest = sum
  }
  if (strongest === 0) return []
  return VIBE_TAGS.map((tag, index) => ({ tag, weight: weights[index]! / strongest }))
    .filter(({ weight }) => weight >= floor)
    .sort((a, b) => b.weight - a.weight || (a.tag < b.tag ? -1 : 1))
    .slice(0, limit)
}

/** Which tags two unit vectors have in common: each tag's share of their dot product, largest first. */
export const sharedTags = (a: ArrayLike<number>, b: ArrayLike<number>, limit = 3): ReadonlyArray<ExplainedTag> =>
  VIBE_TAGS.map((tag, index) => ({ tag, weight: (a[index] ?? 0) * (b[index] ?? 0) }))
    .filter(({ weight }) => weight > 0)
    .sort((x, y) => y.weight - x.weight || (x.tag < y.tag ? -1 : 1))
    .slice(0, limit)

export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < N; i++) {
    const x = a[i] ?? 0
    const y = b[i] ?? 0
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb)
}
