/**
 * The last ids seen, each with a mark of its content: two generations of flat arrays, so that a quarter of a million ids take
 * megabytes rather than a hundred, and nothing for the collector to trace. When the younger generation is full, the older one
 * is dropped.
 */
interface Generation {
  /** Six words per entry: the id (four), the mark (one), and whether it is taken (1), deleted (2) or free (0). */
  readonly words: Uint32Array
  readonly mask: number
  used: number
}

const WORDS = 6

/** The value of a hexadecimal digit of either case. */
const digit = (code: number): number => (code & 15) + (code >> 6) * 9

/** Four hexadecimal digits. */
const quarter = (hex: string, at: number): number =>
  (digit(hex.charCodeAt(at)) << 12) |
  (digit(hex.charCodeAt(at + 1)) << 8) |
  (digit(hex.charCodeAt(at + 2)) << 4) |
  digit(hex.charCodeAt(at + 3))

const word = (hex: string, high: number, low: number): number => ((quarter(hex, high) << 16) | quarter(hex, low)) >>> 0

export class RecentIds {
  readonly #capacity: number
  #young: Generation
  #old: Generation
  readonly #id = new Uint32Array(4)

  readonly #seed: number

  /**
   * Remembers at least the last `capacity` ids and at most twice as many. `seed` should differ from process to process:
   * then nobody can choose ids that all fall into one place.
   */
  constructor(capacity: number, seed: number) {
    this.#capacity = capacity
    this.#seed = seed | 0
    this.#young = this.#generation()
    this.#old = this.#generation()
  }

  #generation(): Generation {
    let slots = 16
    while (slots < this.#capacity * 2) slots *= 2
    return { words: new Uint32Array(slots * WORDS), mask: slots - 1, used: 0 }
  }

  /** The id's mark, if it is remembered. */
  get(id: string): number | undefined {
    this.#read(id)
    for (const generation of [this.#young, this.#old]) {
      const at = this.#find(generation)
      if (generation.words[at + 5] === 1) return generation.words[at + 4]
    }
    return undefined
  }

  same(id: string, content: string): boolean {
    return this.get(id) === word(content, 0, 4)
  }

  /** Remembers an id that is not remembered yet; `content` begins with eight hexadecimal digits of a hash. */
  set(id: string, content: string): void {
    if (this.#young.used >= this.#capacity) {
      this.#old = this.#young
      this.#young = this.#generation()
    }
    this.#read(id)
    const { words } = this.#young
    const at = this.#find(this.#young)
    words.set(this.#id, at)
    words[at + 4] = word(content, 0, 4)
    words[at + 5] = 1
    this.#young.used++
  }

  delete(id: string): void {
    this.#read(id)
    for (const generation of [this.#young, this.#old]) {
      const at = this.#find(generation)
      if (generation.words[at + 5] === 1) generation.words[at + 5] = 2
    }
  }

  #read(id: string): void {
    // Where a UUID has its dashes: 8-4-4-4-12.
    this.#id[0] = word(id, 0, 4)
    this.#id[1] = word(id, 9, 14)
    this.#id[2] = word(id, 19, 24)
    this.#id[3] = word(id, 28, 32)
  }

  /** Where the id is, deleted or not, or else the free entry where it would go. */
  #find({ words, mask }: Generation): number {
    const [a, b, c, d] = this.#id as unknown as [number, number, number, number]
    let hash = this.#seed
    for (const part of this.#id) {
      hash = Math.imul(hash ^ part, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    let slot = Math.imul(hash, 0x85ebca6b) & mask
    for (;;) {
      const at = slot * WORDS
      if (words[at + 5] === 0) return at
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return at
      slot = (slot + 1) & mask
    }
  }
}
