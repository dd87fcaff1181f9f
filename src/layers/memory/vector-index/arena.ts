/**
 * Rows of vectors in one shared WebAssembly memory, handed out in chunks, so that a city of sixty places and one of a
 * hundred thousand live beside each other and growing never copies.
 */
import { ALWAYS, instantiate, MAX_PAGES, PAGE, type Scan } from "./kernel.ts"

/** Rows of one chunk: what one call of the kernel goes through with one threshold. */
export const CHUNK_ROWS = 256
/** Per searching thread: a query, the table of allowed categories, and what one chunk may hand out. */
const SCRATCH = 4_096
/** Rows that a search for 200 looks at closely before its threshold is high: room to begin with. */
const FIRST_CANDIDATES = 4_096
/** The searching threads that ever touch one memory: this one and one worker. */
const SCRATCHES = 2
const CATEGORIES_AT = 1_024
const OUT_AT = 2_048

export class ArenaFull extends Error {}

export const labelOf = (category: number, dayParts: number): number => ALWAYS | (dayParts << 8) | category

export interface SearchSpec {
  readonly chunks: ReadonlyArray<number>
  readonly count: number
  readonly query: Float32Array
  /** Allowed category numbers; undefined for all. */
  readonly categories: ReadonlyArray<number> | undefined
  readonly wanted: number
  readonly excluded: ReadonlySet<number>
  readonly limit: number
}

export interface Found {
  readonly rows: Int32Array
  readonly scores: Float32Array
}

/** The addresses of an arena: a worker thread makes the same from the same memory. */
export const chunkBytes = (dimensions: number): number => CHUNK_ROWS * (dimensions + 1) * 4

/** The smallest of the best `limit` scores seen so far. */
class Threshold {
  private readonly heap: Float32Array
  private size = 0
  constructor(limit: number) {
    this.heap = new Float32Array(limit)
  }
  get value(): number {
    return this.size < this.heap.length ? Number.NEGATIVE_INFINITY : this.heap[0]!
  }
  add(score: number): void {
    const { heap } = this
    if (this.size < heap.length) {
      let at = this.size++
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (heap[parent]! <= score) break
        heap[at] = heap[parent]!
        at = parent
      }
      heap[at] = score
      return
    }
    if (score <= heap[0]!) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      if (child + 1 < this.size && heap[child + 1]! < heap[child]!) child++
      if (heap[child]! >= score) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = score
  }
}

/** A thread's way to search: the kernel over the shared memory, and scratch space of the thread's own. */
export class Searcher {
  private readonly scan: Scan
  private readonly dimensions: number
  private readonly memory: WebAssembly.Memory
  private readonly scratch: number
  /** What was handed out so far in a search; kept between searches, so that they leave the collector little to do. */
  private rows = new Int32Array(FIRST_CANDIDATES)
  private scores = new Float32Array(FIRST_CANDIDATES)
  constructor(dimensions: number, memory: WebAssembly.Memory, thread: 0 | 1) {
    this.dimensions = dimensions
    this.memory = memory
    this.scratch = thread * SCRATCH
    this.scan = instantiate(dimensions, memory)
  }

  /** Every row that passes and scores at least as well as the best `limit`, in no order, ties at the end included. */
  search(spec: SearchSpec): Found {
    const { buffer } = this.memory
    const { scratch, dimensions } = this
    new Float32Array(buffer, scratch, dimensions).set(spec.query)
    const allowed = new Uint8Array(buffer, scratch + CATEGORIES_AT, 256)
    allowed.fill(spec.categories === undefined ? 1 : 0)
    for (const category of spec.categories ?? []) allowed[category] = 1
    const outRows = new Int32Array(buffer, scratch + OUT_AT, CHUNK_ROWS * 2)
    const outScores = new Float32Array(buffer, scratch + OUT_AT, CHUNK_ROWS * 2)
    const threshold = new Threshold(spec.limit)
    let size = 0
    for (let first = 0, i = 0; first < spec.count; first += CHUNK_ROWS, i++) {
      const chunk = spec.chunks[i]!
      const found = this.scan(
        chunk,
        chunk + CHUNK_ROWS * dimensions * 4,
        Math.min(CHUNK_ROWS, spec.count - first),
        scratch,
        scratch + CATEGORIES_AT,
        spec.wanted,
        threshold.value,
        scratch + OUT_AT,
        first
      )
      if (size + found > this.rows.length) this.grow()
      for (let j = 0; j < found; j++) {
        const row = outRows[2 * j]!
        if (spec.excluded.size > 0 && spec.excluded.has(row)) continue
        const score = outScores[2 * j + 1]!
        threshold.add(score)
        this.rows[size] = row
        this.scores[size++] = score
      }
    }
    const least = threshold.value
    let kept = 0
    for (let i = 0; i < size; i++) {
      if (this.scores[i]! < least) continue
      this.rows[kept] = this.rows[i]!
      this.scores[kept++] = this.scores[i]!
    }
    return { rows: this.rows.slice(0, kept), scores: this.scores.slice(0, kept) }
  }

  private grow(): void {
    const [rows, scores] = [this.rows, this.scores]
    this.rows = new Int32Array(rows.length * 2)
    this.scores = new Float32Array(scores.length * 2)
    this.rows.set(rows)
    this.scores.set(scores)
  }
}

/** The owner of the memory: hands out chunks and writes rows. */
export class Arena {
  readonly memory: WebAssembly.Memory
  readonly searcher: Searcher
  readonly dimensions: number
  private readonly free: Array<number> = []
  private next = SCRATCH * SCRATCHES

  constructor(dimensions: number) {
    this.dimensions = dimensions
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true })
    this.searcher = new Searcher(dimensions, this.memory, 0)
  }

  takeChunk(): number {
    const reused = this.free.pop()
    if (reused !== undefined) return reused
    const address = this.next
    const end = address + chunkBytes(this.dimensions)
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE)
    if (missing > 0) {
      // Growing by an eighth keeps the number of grow calls small where a large city is loaded.
      const pages = this.memory.buffer.byteLength / PAGE
      const wanted = Math.min(Math.max(missing, pages >> 3), MAX_PAGES - pages)
      if (wanted < missing) throw new ArenaFull(`all ${(MAX_PAGES * PAGE) >> 20} MiB for vectors are in use`)
      this.memory.grow(wanted)
    }
    this.next = end
    return address
  }

  giveBack(chunk: number): void {
    this.free.push(chunk)
  }

  private rowAddress(chunks: ReadonlyArray<number>, row: number): number {
    return chunks[Math.floor(row / CHUNK_ROWS)]! + (row % CHUNK_ROWS) * this.dimensions * 4
  }
  private labelAddress(chunks: ReadonlyArray<number>, row: number): number {
    return chunks[Math.floor(row / CHUNK_ROWS)]! + CHUNK_ROWS * this.dimensions * 4 + (row % CHUNK_ROWS) * 4
  }

  write(chunks: ReadonlyArray<number>, row: number, vector: ArrayLike<number>, label: number): void {
    new Float32Array(this.memory.buffer, this.rowAddress(chunks, row), this.dimensions).set(vector)
    new Int32Array(this.memory.buffer, this.labelAddress(chunks, row), 1)[0] = label
  }

  move(chunks: ReadonlyArray<number>, from: number, to: number): void {
    const bytes = new Uint8Array(this.memory.buffer)
    const at = this.rowAddress(chunks, from)
    bytes.copyWithin(this.rowAddress(chunks, to), at, at + this.dimensions * 4)
    const label = this.labelAddress(chunks, from)
    bytes.copyWithin(this.labelAddress(chunks, to), label, label + 4)
  }
}
