/**
 * The simulated world: one queue of things that will happen, one simulated time, one source of chance. Whatever a run does comes
 * out of here, one thing at a time, so that the same seed does the same again.
 */
import { randomOf } from "../support/generated-city.ts"

interface Happening {
  readonly at: number
  readonly order: number
  readonly happen: () => void
}

const before = (a: Happening, b: Happening): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** What takes no time still comes after what was there before. */
const INSTANT = 0.001

/** Lines of the trace that are kept for who has to find out what went wrong. */
const KEPT_LINES = 4_000

export class World {
  /** Milliseconds since the simulation began. */
  now = 0
  steps = 0
  readonly seed: number
  readonly random: () => number
  /** The newest lines of the trace. */
  readonly lines: Array<string> = []
  readonly #heap: Array<Happening> = []
  #order = 0
  #hash = 0x811c9dc5
  #more = 0x01000193

  constructor(seed: number) {
    this.seed = seed
    this.random = randomOf(seed)
  }

  between(from: number, to: number): number {
    return from + this.random() * (to - from)
  }

  int(below: number): number {
    return Math.floor(this.random() * below)
  }

  chance(share: number): boolean {
    return this.random() < share
  }

  pick<A>(items: ReadonlyArray<A>): A {
    return items[this.int(items.length)]!
  }

  uuid(version = 4): string {
    let hex = ""
    for (let i = 0; i < 4; i++)
      hex += Math.floor(this.random() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, "0")
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  }

  /** Lets something happen in so many milliseconds; what it gives calls it off. */
  after(millis: number, happen: () => void): () => void {
    let off = false
    this.#push({
      at: this.now + Math.max(millis, INSTANT),
      order: this.#order++,
      happen: () => {
        if (!off) happen()
      }
    })
    return () => {
      off = true
    }
  }

  /** Goes into the trace, by which two runs are compared. */
  note(line: string): void {
    const text = `${this.now.toFixed(3)} ${line}`
    for (let i = 0; i < text.length; i++) {
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(i), 0x01000193)
      this.#more = Math.imul(this.#more ^ text.charCodeAt(i), 0x85ebca6b) ^ (this.#more >>> 13)
    }
    this.lines.push(text)
    if (this.lines.length > KEPT_LINES * 2) this.lines.splice(0, KEPT_LINES)
  }

  get hash(): string {
    return [this.#hash, this.#more].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("")
  }

  /** Goes on until this instant, or until there is nothing to wait for any more. */
  async until(end: number, enough: () => boolean = () => false): Promise<void> {
    while (this.#heap.length > 0 && this.#heap[0]!.at <= end && !enough()) {
      const next = this.#pop()
      this.now = Math.max(this.now, next.at)
      this.steps++
      next.happen()
      // Everything that follows at once from it, promises upon promises, comes before what happens next.
      await new Promise<void>((resolve) => void setImmediate(resolve))
    }
    if (!enough()) this.now = Math.max(this.now, end)
  }

  #push(one: Happening): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(one)
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!before(one, heap[up]!)) break
      heap[at] = heap[up]!
      at = up
    }
    heap[at] = one
  }

  #pop(): Happening {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= heap.length) break
      if (down + 1 < heap.length && before(heap[down + 1]!, heap[down]!)) down++
      if (!before(heap[down]!, last)) break
      heap[at] = heap[down]!
      at = down
    }
    heap[at] = last
    return first
  }
}
