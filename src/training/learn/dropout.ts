/**
 * Dropout without drawing a number per unit and step: a pool of zeros and of ones that are scaled already, of which each
 * mask is a window at a random place. The runtime reads the window where it lies.
 */
import type { Random } from "../../domain/basics/random.ts"

/** Numbers in the pool, at least; so many that windows seldom repeat. */
const LEAST_POOL = 1 << 21
/** The pool is at least this many times as large as the largest window. */
const ROOM = 4
/** Windows begin at multiples of this, so that they lie well in memory. */
const ALIGNMENT = 16

export class DropoutPool {
  private readonly pool: Float32Array
  private readonly random: Random

  constructor(rate: number, largestWindow: number, random: Random) {
    this.random = random
    this.pool = new Float32Array(Math.max(LEAST_POOL, largestWindow * ROOM))
    const kept = 1 / (1 - rate)
    for (let i = 0; i < this.pool.length; i++) this.pool[i] = random() < rate ? 0 : kept
  }

  window(length: number): Float32Array {
    const places = Math.floor((this.pool.length - length) / ALIGNMENT) + 1
    const from = Math.floor(this.random() * places) * ALIGNMENT
    return this.pool.subarray(from, from + length)
  }
}
