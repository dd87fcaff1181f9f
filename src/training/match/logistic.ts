/** A plain logistic regression: what the data can teach the simplest of learners. */

export interface Fitted {
  /** The log-odds where everything is as usual. */
  readonly base: number
  readonly means: ReadonlyArray<number>
  /** What each feature adds to the log-odds by being otherwise than usual. */
  readonly contributions: (features: ReadonlyArray<number>) => ReadonlyArray<number>
  readonly predict: (features: ReadonlyArray<number>) => number
}

const STEPS = 400
const RATE = 0.5
const PENALTY = 1e-3

export const fitLogistic = (rows: ReadonlyArray<ReadonlyArray<number>>, labels: ReadonlyArray<0 | 1>): Fitted => {
  const width = rows[0]?.length ?? 0
  const means = Array.from({ length: width }, (_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length)
  const scales = means.map(
    (mean, k) => Math.sqrt(rows.reduce((sum, row) => sum + (row[k]! - mean) ** 2, 0) / rows.length) || 1
  )
  const scaled = rows.map((row) => row.map((x, k) => (x - means[k]!) / scales[k]!))
  const weights = new Float64Array(width)
  let bias = 0
  const score = (row: ReadonlyArray<number>) =>
    1 / (1 + Math.exp(-row.reduce((sum, x, k) => sum + x * weights[k]!, bias)))
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(width)
    let slope = 0
    scaled.forEach((row, i) => {
      const error = score(row) - labels[i]!
      slope += error
      for (let k = 0; k < width; k++) gradient[k]! += error * row[k]!
    })
    bias -= (RATE * slope) / rows.length
    for (let k = 0; k < width; k++) weights[k]! -= RATE * (gradient[k]! / rows.length + PENALTY * weights[k]!)
  }
  const standing = (features: ReadonlyArray<number>) => features.map((x, k) => (x - means[k]!) / scales[k]!)
  return {
    base: bias,
    means,
    contributions: (features) => standing(features).map((x, k) => x * weights[k]!),
    predict: (features) => score(standing(features))
  }
}
