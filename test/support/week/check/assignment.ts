/**
 * Who is who, where two lists name the same things in different words: each of one list gets at most one of the other, such that
 * the evidence for all pairs together is the greatest. Taking the first that fits would mix up those whose stories are alike.
 */

/**
 * The columns that rows get, by the Hungarian method; `undefined` where there is no evidence. `weights` may hold nothing below 0.
 */
const assigned = (
  weights: ReadonlyArray<ReadonlyArray<number>>,
  columns: number
): ReadonlyArray<number | undefined> => {
  const rows = weights.length
  const size = Math.max(rows, columns)
  const cost = (row: number, column: number) => -(weights[row - 1]?.[column - 1] ?? 0)
  const rowPotential = new Float64Array(size + 1)
  const columnPotential = new Float64Array(size + 1)
  const rowOf = new Int32Array(size + 1)
  const way = new Int32Array(size + 1)
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row
    let column = 0
    const least = new Float64Array(size + 1).fill(Number.POSITIVE_INFINITY)
    const used = new Uint8Array(size + 1)
    do {
      used[column] = 1
      const here = rowOf[column]!
      let delta = Number.POSITIVE_INFINITY
      let next = 0
      for (let other = 1; other <= size; other++) {
        if (used[other] === 1) continue
        const reduced = cost(here, other) - rowPotential[here]! - columnPotential[other]!
        if (reduced < least[other]!) {
          least[other] = reduced
          way[other] = column
        }
        if (least[other]! < delta) {
          delta = least[other]!
          next = other
        }
      }
      for (let other = 0; other <= size; other++) {
        if (used[other] === 1) {
          rowPotential[rowOf[other]!]! += delta
          columnPotential[other]! -= delta
        } else least[other]! -= delta
      }
      column = next
    } while (rowOf[column] !== 0)
    for (; column !== 0; column = way[column]!) rowOf[column] = rowOf[way[column]!]!
  }
  const found: Array<number | undefined> = new Array(rows).fill(undefined)
  for (let column = 1; column <= columns; column++) {
    const row = rowOf[column]! - 1
    if (row >= 0 && row < rows && weights[row]![column - 1]! > 0) found[row] = column - 1
  }
  return found
}

/** Evidence that one of the one list is one of the other, gathered bit by bit. */
export class Evidence<A, B> {
  readonly #weights = new Map<A, Map<B, number>>()

  add(one: A, other: B, weight = 1): void {
    const weights = this.#weights.get(one) ?? new Map<B, number>()
    this.#weights.set(one, weights)
    weights.set(other, (weights.get(other) ?? 0) + weight)
  }

  /** Each of the one list with what it is most likely to be; those without any evidence are left out. */
  get pairs(): ReadonlyMap<A, B> {
    const ones = [...this.#weights.keys()]
    const others = [...new Set(ones.flatMap((one) => [...this.#weights.get(one)!.keys()]))]
    const weights = ones.map((one) => others.map((other) => this.#weights.get(one)!.get(other) ?? 0))
    const pairs = new Map<A, B>()
    for (const [row, column] of assigned(weights, others.length).entries()) {
      if (column !== undefined) pairs.set(ones[row]!, others[column]!)
    }
    return pairs
  }
}
