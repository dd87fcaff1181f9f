/**
 * The rows most like a query, by inner product: every row is looked at, and the best so far are remembered. Plain
 * arithmetic over plain arrays: ten thousand rows take about half a millisecond, and a scan may stop between any two
 * rows and go on later.
 */
export interface NearRow {
  readonly row: number
  readonly score: number
}

export class NearestRows {
  readonly #query: Float32Array
  /** Whether of two rows with the same score the first comes before the second. */
  readonly #before: (a: number, b: number) => boolean
  /** A heap of the best so far, the worst of them on top. */
  readonly #scores: Float64Array
  readonly #rows: Int32Array
  #size = 0

  constructor(query: Float32Array, limit: number, before: (a: number, b: number) => boolean = (a, b) => a < b) {
    this.#query = query
    this.#before = before
    this.#scores = new Float64Array(Math.max(0, limit))
    this.#rows = new Int32Array(this.#scores.length)
  }

  /** Looks at `count` rows that lie one behind the other in `vectors`; they are called `first`, `first + 1` and so on. */
  scan(vectors: Float32Array, count: number, first = 0, skips: (row: number) => boolean = () => false): void {
    const query = this.#query
    const width = query.length
    for (let i = 0, at = 0; i < count; i++) {
      // Four sums of their own do not wait for each other.
      let a = 0
      let b = 0
      let c = 0
      let d = 0
      for (let n = 0; n < width; n += 4, at += 4) {
        a += query[n]! * vectors[at]!
        b += query[n + 1]! * vectors[at + 1]!
        c += query[n + 2]! * vectors[at + 2]!
        d += query[n + 3]! * vectors[at + 3]!
      }
      const score = a + b + (c + d)
      // Most rows end here.
      if (this.#size === this.#scores.length && score < this.#scores[0]!) continue
      if (!skips(first + i)) this.#offer(first + i, score)
    }
  }

  /** The best, in order. */
  best(): ReadonlyArray<NearRow> {
    const found = Array.from(
      { length: this.#size },
      (_, i): NearRow => ({ row: this.#rows[i]!, score: this.#scores[i]! })
    )
    return found.sort((x, y) => y.score - x.score || (this.#before(x.row, y.row) ? -1 : 1))
  }

  #worse(score: number, row: number, than: number): boolean {
    const other = this.#scores[than]!
    return score < other || (score === other && this.#before(this.#rows[than]!, row))
  }

  #put(at: number, row: number, score: number): void {
    this.#scores[at] = score
    this.#rows[at] = row
  }

  #offer(row: number, score: number): void {
    const limit = this.#scores.length
    if (this.#size < limit) {
      let at = this.#size++
      for (let parent = (at - 1) >> 1; at > 0 && this.#worse(score, row, parent); parent = (at - 1) >> 1) {
        this.#put(at, this.#rows[parent]!, this.#scores[parent]!)
        at = parent
      }
      this.#put(at, row, score)
    } else if (limit > 0 && !this.#worse(score, row, 0)) {
      let at = 0
      for (;;) {
        let child = 2 * at + 1
        if (child >= limit) break
        if (child + 1 < limit && this.#worse(this.#scores[child + 1]!, this.#rows[child + 1]!, child)) child++
        if (this.#worse(score, row, child)) break
        this.#put(at, this.#rows[child]!, this.#scores[child]!)
        at = child
      }
      this.#put(at, row, score)
    }
  }
}
