/** A linear map from some numbers to others, with a constant. */
export interface LinearMap {
  readonly inputs: number
  readonly outputs: number
  /** (inputs + 1) × outputs; the last row is what stands where all inputs are 0. */
  readonly weights: Float64Array
}

export const mapped = ({ inputs, outputs, weights }: LinearMap, row: ArrayLike<number>): Float64Array => {
  const out = weights.slice(inputs * outputs)
  for (let i = 0; i < inputs; i++) {
    for (let c = 0; c < outputs; c++) out[c]! += row[i]! * weights[i * outputs + c]!
  }
  return out
}
