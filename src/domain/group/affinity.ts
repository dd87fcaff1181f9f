/** How much each member of a group likes each candidate: the matrix that every fair package is worked out from. */
import { VIBE_DIMENSIONS } from "../vocabulary.ts"

export interface AffinityMatrix {
  /** Node indexes of the candidates. */
  readonly indexes: Int32Array
  readonly members: number
  /** Members × candidates, as their taste gives them. */
  readonly raw: Float32Array
  /** The same on each member's own scale, least liked 0 to most liked 1: whoever likes everything is not louder for it. */
  readonly own: Float32Array
}

/** The matrix from one row of scores per member, in the order of `indexes`. */
export const affinityFrom = (indexes: ArrayLike<number>, rows: ReadonlyArray<ArrayLike<number>>): AffinityMatrix => {
  const n = indexes.length
  const raw = new Float32Array(rows.length * n)
  const own = new Float32Array(rows.length * n)
  rows.forEach((row, member) => {
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    for (let c = 0; c < n; c++) {
      raw[member * n + c] = row[c]!
      if (row[c]! < low) low = row[c]!
      if (row[c]! > high) high = row[c]!
    }
    const span = high - low
    for (let c = 0; c < n; c++) own[member * n + c] = span > 0 ? (row[c]! - low) / span : 1
  })
  return { indexes: Int32Array.from(indexes), members: rows.length, raw, own }
}

/** The matrix from tastes in vibe space. */
export const affinityOf = (
  matrix: Float32Array,
  indexes: ArrayLike<number>,
  tastes: ReadonlyArray<ArrayLike<number>>
): AffinityMatrix =>
  affinityFrom(
    indexes,
    tastes.map((taste) =>
      Float32Array.from(indexes, (index) => {
        let dot = 0
        for (let i = 0; i < VIBE_DIMENSIONS; i++) dot += taste[i]! * matrix[index * VIBE_DIMENSIONS + i]!
        return dot
      })
    )
  )

/** The affinity from which on a candidate is among the best `share` of a member's. */
export const favouriteFrom = (affinity: AffinityMatrix, member: number, share: number): number => {
  const n = affinity.indexes.length
  const row = affinity.own.slice(member * n, member * n + n).sort()
  return row[Math.max(0, n - Math.max(1, Math.floor(n * share)))] ?? 0
}
