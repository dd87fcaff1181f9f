/** Adam (Kingma & Ba 2015) over typed arrays: for dense parameters, and for tables of which a step touches few rows. */

export interface AdamSettings {
  readonly rate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

export class DenseAdam {
  private readonly first: Float32Array
  private readonly second: Float32Array
  readonly weights: Float32Array
  private readonly settings: AdamSettings

  constructor(weights: Float32Array, settings: AdamSettings) {
    this.weights = weights
    this.settings = settings
    this.first = new Float32Array(weights.length)
    this.second = new Float32Array(weights.length)
  }

  /** Step `t` (from 1) for the numbers from `offset` on. */
  step(t: number, gradient: Float32Array, offset = 0): void {
    const { beta1, beta2, epsilon, rate } = this.settings
    const { weights, first, second } = this
    const correction = Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t)
    for (let i = 0, j = offset; i < gradient.length; i++, j++) {
      const g = gradient[i]!
      const m = beta1 * first[j]! + (1 - beta1) * g
      const v = beta2 * second[j]! + (1 - beta2) * g * g
      first[j] = m
      second[j] = v
      weights[j] = weights[j]! - (rate * correction * m) / (Math.sqrt(v) + epsilon)
    }
  }
}

/**
 * A table of rows. Dense Adam goes on moving a row for a while after its gradient, by momentum, and rare rows owe most of
 * their way to that; Adam that only looks at touched rows learns rare items many times slower. Here a row that was not
 * touched catches up when it is read next: without gradient its steps are a geometric series, which has a closed form.
 */
export class RowAdam {
  readonly table: Float32Array
  readonly width: number
  private readonly settings: AdamSettings
  private readonly first: Float32Array
  private readonly second: Float32Array
  /** The step that a row has been brought to; 0 as long as it has never been touched. */
  private readonly upTo: Int32Array
  /** Where a row's gradient is gathered in this step, from 1; 0 where it has none. */
  private readonly slots: Int32Array
  private touched: Int32Array
  private touchedCount = 0
  private gradients: Float32Array
  private time = 0

  constructor(table: Float32Array, width: number, settings: AdamSettings) {
    const rows = table.length / width
    this.table = table
    this.width = width
    this.settings = settings
    this.first = new Float32Array(table.length)
    this.second = new Float32Array(table.length)
    this.upTo = new Int32Array(rows)
    this.slots = new Int32Array(rows)
    this.touched = new Int32Array(1024)
    this.gradients = new Float32Array(1024 * width)
  }

  private catchUp(row: number): void {
    const since = this.upTo[row]!
    const missed = this.time - since
    if (since === 0 || missed === 0) return
    const { beta1, beta2, epsilon, rate } = this.settings
    const { table, first, second, width } = this
    const ratio = beta1 / Math.sqrt(beta2)
    const steps = (ratio * (1 - ratio ** missed)) / (1 - ratio)
    // The correction of early steps changes on the way; that of the first, longest step stands for all.
    const correction = Math.sqrt(1 - beta2 ** (since + 1)) / (1 - beta1 ** (since + 1))
    const factor = rate * correction * steps
    const fade1 = beta1 ** missed
    const fade2 = beta2 ** missed
    for (let i = row * width, end = i + width; i < end; i++) {
      const m = first[i]!
      const v = second[i]!
      table[i] = table[i]! - (factor * m) / (Math.sqrt(v) + epsilon)
      first[i] = m * fade1
      second[i] = v * fade2
    }
    this.upTo[row] = this.time
  }

  /** Copies rows, brought up to date, one after another; a negative number stands for a row of zeros. */
  read(rows: Int32Array, into: Float32Array): void {
    const { table, width } = this
    for (let k = 0, at = 0; k < rows.length; k++) {
      const row = rows[k]!
      if (row < 0) {
        for (const end = at + width; at < end; at++) into[at] = 0
        continue
      }
      this.catchUp(row)
      for (let i = row * width, end = i + width; i < end; i++, at++) into[at] = table[i]!
    }
  }

  private slotOf(row: number): number {
    const known = this.slots[row]!
    if (known > 0) return known - 1
    if (this.touchedCount === this.touched.length) {
      const touched = new Int32Array(this.touched.length * 2)
      touched.set(this.touched)
      const gradients = new Float32Array(this.gradients.length * 2)
      gradients.set(this.gradients)
      this.touched = touched
      this.gradients = gradients
    }
    const slot = this.touchedCount++
    this.touched[slot] = row
    this.slots[row] = slot + 1
    this.gradients.fill(0, slot * this.width, (slot + 1) * this.width)
    return slot
  }

  /** Adds the gradients of rows that were read; negative rows have none. */
  add(rows: Int32Array, gradient: Float32Array): void {
    const { width } = this
    for (let k = 0, from = 0; k < rows.length; k++, from += width) {
      const row = rows[k]!
      if (row < 0) continue
      let at = this.slotOf(row) * width
      const { gradients } = this
      for (let i = from, end = from + width; i < end; i++, at++) gradients[at] = gradients[at]! + gradient[i]!
    }
  }

  /** One step with what was added since the last. */
  step(): void {
    this.time += 1
    const { beta1, beta2, epsilon, rate } = this.settings
    const { table, first, second, width, gradients } = this
    const factor = (rate * Math.sqrt(1 - beta2 ** this.time)) / (1 - beta1 ** this.time)
    for (let slot = 0; slot < this.touchedCount; slot++) {
      const row = this.touched[slot]!
      for (let i = row * width, at = slot * width, end = i + width; i < end; i++, at++) {
        const g = gradients[at]!
        const m = beta1 * first[i]! + (1 - beta1) * g
        const v = beta2 * second[i]! + (1 - beta2) * g * g
        first[i] = m
        second[i] = v
        table[i] = table[i]! - (factor * m) / (Math.sqrt(v) + epsilon)
      }
      this.upTo[row] = this.time
      this.slots[row] = 0
    }
    this.touchedCount = 0
  }

  /** Brings every row up to date: before the table is used as a whole. */
  settle(): void {
    for (let row = 0; row < this.upTo.length; row++) this.catchUp(row)
  }
}
