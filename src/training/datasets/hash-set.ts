/** Hashes of 53 bits in one flat array: a set of a million numbers takes sixteen megabytes rather than a hundred. */

/** The upper bits of a hash say where it belongs; what is left of the lower ones may all be alike. */
const PLACES = 2 ** 21
const LOWER = 2 ** 32

export class HashSet {
  /** Zero where nothing is. */
  readonly #table = new Float64Array(PLACES)
  size = 0

  /** Adds it; false where it was there. There must be room: see `MOST_HASHES`. */
  add(hash: number): boolean {
    const table = this.#table
    const wanted = hash === 0 ? 1 : hash
    let at = Math.floor(wanted / LOWER) % PLACES
    while (table[at] !== 0) {
      if (table[at] === wanted) return false
      at = (at + 1) % PLACES
    }
    table[at] = wanted
    this.size++
    return true
  }

  /** Keeps those of which `keep` says so. */
  filter(keep: (hash: number) => boolean): HashSet {
    const kept = new HashSet()
    for (const hash of this.#table) if (hash !== 0 && keep(hash)) kept.add(hash)
    return kept
  }
}

/** Hashes of feature vectors held at once, since searches become long beyond: half of the hash space is dropped then, and a share stays an estimate. */
export const MOST_HASHES = PLACES * 0.75
