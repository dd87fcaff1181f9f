/**
 * Memory that problems are worked out in, one after the other. Tables of a few hundred places take a megabyte and are needed for some
 * milliseconds: made anew for each plan, they bring the collector of garbage, which then holds up whoever else is served.
 */

/** More than that is not kept for the next one. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024
/** A little more than was needed last time, so that the next one, a bit larger, fits too. */
const MARGIN = 1.25
const ALIGNED = 8

export class Workspace {
  private buffer = new ArrayBuffer(0)
  private used = 0
  private wanted = 0

  /** Gives all of it to the next problem: what was taken before must not be read any more. */
  begin(): this {
    if (this.wanted > this.buffer.byteLength && this.buffer.byteLength < MOST_KEPT_BYTES) {
      this.buffer = new ArrayBuffer(Math.min(MOST_KEPT_BYTES, ALIGNED * Math.ceil((this.wanted * MARGIN) / ALIGNED)))
    }
    this.used = 0
    this.wanted = 0
    return this
  }

  /** Where so many bytes lie, or -1 where they do not fit. */
  private place(bytes: number): number {
    const size = ALIGNED * Math.ceil(bytes / ALIGNED)
    this.wanted += size
    if (this.used + size > this.buffer.byteLength) return -1
    this.used += size
    return this.used - size
  }

  /** Numbers that are all 0. */
  int16(length: number): Int16Array {
    const at = this.place(2 * length)
    return at < 0 ? new Int16Array(length) : new Int16Array(this.buffer, at, length).fill(0)
  }

  int32(length: number): Int32Array {
    const at = this.place(4 * length)
    return at < 0 ? new Int32Array(length) : new Int32Array(this.buffer, at, length).fill(0)
  }

  float64(length: number): Float64Array {
    const at = this.place(8 * length)
    return at < 0 ? new Float64Array(length) : new Float64Array(this.buffer, at, length).fill(0)
  }
}
