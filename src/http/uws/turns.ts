/**
 * Work that comes in heaps, such as the answers to all requests of one commit group, done in the order it came and a
 * little in each turn of the event loop. Whoever asks meanwhile waits for a slice and not for the heap, and clients
 * that were answered first can ask again while the others are.
 */

/** Longest that a turn takes. */
const SLICE_MILLIS = 1

/** How many pieces go between two looks at the clock. */
const PIECES = 8

export class Turns {
  #waiting: Array<() => void> = []
  #next = 0
  #scheduled = false

  /** `piece` must not throw. */
  add(piece: () => void): void {
    this.#waiting.push(piece)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    const until = performance.now() + SLICE_MILLIS
    do {
      const end = Math.min(this.#next + PIECES, this.#waiting.length)
      while (this.#next < end) this.#waiting[this.#next++]!()
    } while (this.#next < this.#waiting.length && performance.now() < until)
    if (this.#next < this.#waiting.length) {
      setImmediate(this.#turn)
      return
    }
    this.#waiting = []
    this.#next = 0
    this.#scheduled = false
  }
}
