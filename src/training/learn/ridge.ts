/** Ridge regression: a linear map from some numbers to others, held small. */
import type { LinearMap } from "../../domain/basics/linear-map.ts"

/** Solves `a · x = b` for a symmetric positive definite matrix, for each column of `b`; both are overwritten. */
const solve = (a: Float64Array, b: Float64Array, size: number, columns: number): Float64Array => {
  // Cholesky: a = l · lᵀ, kept in the lower half.
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!
      for (let k = 0; k < j; k++) sum -= a[i * size + k]! * a[j * size + k]!
      a[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / a[j * size + j]!
    }
  }
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < size; i++) {
      let sum = b[i * columns + c]!
      for (let k = 0; k < i; k++) sum -= a[i * size + k]! * b[k * columns + c]!
      b[i * columns + c] = sum / a[i * size + i]!
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = b[i * columns + c]!
      for (let k = i + 1; k < size; k++) sum -= a[k * size + i]! * b[k * columns + c]!
      b[i * columns + c] = sum / a[i * size + i]!
    }
  }
  return b
}

/** Fits rows of inputs to rows of outputs; `penalty` holds the weights small, the constant is free. */
export const fitRidge = (
  from: ReadonlyArray<ArrayLike<number>>,
  to: ReadonlyArray<ArrayLike<number>>,
  penalty: number
): LinearMap => {
  const inputs = from[0]?.length ?? 0
  const outputs = to[0]?.length ?? 0
  const size = inputs + 1
  const square = new Float64Array(size * size)
  const cross = new Float64Array(size * outputs)
  for (const [r, row] of from.entries()) {
    const at = (i: number) => (i === inputs ? 1 : row[i]!)
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) square[i * size + j]! += at(i) * at(j)
      for (let c = 0; c < outputs; c++) cross[i * outputs + c]! += at(i) * to[r]![c]!
    }
  }
  for (let i = 0; i < inputs; i++) square[i * size + i]! += penalty
  return { inputs, outputs, weights: solve(square, cross, size, outputs) }
}
