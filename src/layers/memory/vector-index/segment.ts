/** The points of one collection and city: ids beside the rows of the arena, dense, with no holes. */
import type { VectorFilter, VectorHit, VectorPoint } from "../../../services/vector-index.ts"
import { type Arena, CHUNK_ROWS, type Found, labelOf, type SearchSpec } from "./arena.ts"
import { ALWAYS, DAY_PART_SHIFT } from "./kernel.ts"

/** Words that a label has room for: a byte of categories (0 is none) and a byte of day parts. */
const MAX_CATEGORIES = 255
const MAX_DAY_PARTS = 8

/** Small numbers for words, in the order in which they were first seen. */
export class Words {
  private readonly numbers = new Map<string, number>()
  private readonly most: number
  private readonly what: string
  constructor(what: string, most: number) {
    this.what = what
    this.most = most
  }
  get(word: string): number | undefined {
    return this.numbers.get(word)
  }
  add(word: string): number {
    const known = this.numbers.get(word)
    if (known !== undefined) return known
    if (this.numbers.size >= this.most) throw new Error(`more than ${this.most} different ${this.what}`)
    this.numbers.set(word, this.numbers.size)
    return this.numbers.size - 1
  }
}

export interface Vocabulary {
  readonly categories: Words
  readonly dayParts: Words
}
export const newVocabulary = (): Vocabulary => ({
  categories: new Words("categories", MAX_CATEGORIES),
  dayParts: new Words("day parts", MAX_DAY_PARTS)
})

const NONE: ReadonlySet<number> = new Set()

export class Segment {
  private readonly arena: Arena
  private readonly words: Vocabulary
  private readonly chunks: Array<number> = []
  private readonly ids: Array<string> = []
  private readonly rows = new Map<string, number>()

  constructor(arena: Arena, words: Vocabulary) {
    this.arena = arena
    this.words = words
  }

  get size(): number {
    return this.ids.length
  }

  put(point: VectorPoint, unit: Float32Array): void {
    let parts = 0
    for (const part of point.dayParts ?? []) parts |= 1 << this.words.dayParts.add(part)
    const label = labelOf(point.category === undefined ? 0 : 1 + this.words.categories.add(point.category), parts)
    let row = this.rows.get(point.id)
    if (row === undefined) {
      row = this.ids.length
      if (row === this.chunks.length * CHUNK_ROWS) this.chunks.push(this.arena.takeChunk())
      this.ids.push(point.id)
      this.rows.set(point.id, row)
    }
    this.arena.write(this.chunks, row, unit, label)
  }

  remove(id: string): void {
    const row = this.rows.get(id)
    if (row === undefined) return
    const last = this.ids.length - 1
    const moved = this.ids[last]!
    if (row !== last) {
      this.arena.move(this.chunks, last, row)
      this.ids[row] = moved
      this.rows.set(moved, row)
    }
    this.ids.pop()
    this.rows.delete(id)
    if (this.ids.length <= (this.chunks.length - 1) * CHUNK_ROWS) this.arena.giveBack(this.chunks.pop()!)
  }

  allIds(): ReadonlyArray<string> {
    return this.ids
  }

  clear(): void {
    for (const chunk of this.chunks) this.arena.giveBack(chunk)
    this.chunks.length = 0
    this.ids.length = 0
    this.rows.clear()
  }

  /** What the kernel is told; `undefined` where the filter names a word that no point has. */
  spec(query: Float32Array, limit: number, filter: VectorFilter): SearchSpec | undefined {
    let wanted = ALWAYS
    if (filter.dayPart !== undefined) {
      const part = this.words.dayParts.get(filter.dayPart)
      if (part === undefined) return undefined
      wanted = 1 << (DAY_PART_SHIFT + part)
    }
    let excluded: Set<number> | undefined
    for (const id of filter.exclude ?? []) {
      const row = this.rows.get(id)
      if (row !== undefined) {
        excluded ??= new Set()
        excluded.add(row)
      }
    }
    return {
      chunks: this.chunks,
      count: this.ids.length,
      query,
      categories: filter.categories?.flatMap((category) => {
        const known = this.words.categories.get(category)
        return known === undefined ? [] : [known + 1]
      }),
      wanted,
      excluded: excluded ?? NONE,
      limit
    }
  }

  /** Names what the kernel found: best first, ties by id. */
  hits(found: Found, limit: number): ReadonlyArray<VectorHit> {
    const order = Array.from(found.rows, (_, i) => i)
    const { rows, scores } = found
    order.sort((a, b) => scores[b]! - scores[a]! || (this.ids[rows[a]!]! < this.ids[rows[b]!]! ? -1 : 1))
    return order.slice(0, limit).map((i) => ({ id: this.ids[rows[i]!]!, score: scores[i]! }))
  }
}
