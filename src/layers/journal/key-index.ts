/**
 * Which frames of a segment belong to a key: a hash table of typed arrays, about 16 bytes per record and nothing for
 * the collector to trace, so that a full disk budget of records is indexed in a few per cent of its size.
 */
export class KeyIndex {
  #slots = new Int32Array(1024)
  #hashes = new Uint32Array(512)
  #offsets = new Uint32Array(512)
  #previous = new Int32Array(512)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(hash: number, offset: number): void {
    if (this.#count === this.#hashes.length) this.#grow()
    const entry = this.#count++
    this.#hashes[entry] = hash
    this.#offsets[entry] = offset
    const slot = this.#slot(hash)
    this.#previous[entry] = this.#slots[slot]! - 1
    this.#slots[slot] = entry + 1
  }

  /** The offsets added under this hash, oldest first. Keys may share a hash: compare the key in the frame. */
  offsets(hash: number): Array<number> {
    const found: Array<number> = []
    for (let entry = this.#slots[this.#slot(hash)]! - 1; entry >= 0; entry = this.#previous[entry]!) {
      found.push(this.#offsets[entry]!)
    }
    return found.reverse()
  }

  #slot(hash: number): number {
    const mask = this.#slots.length - 1
    let slot = Math.imul(hash, 0x9e3779b1) & mask
    while (this.#slots[slot] !== 0 && this.#hashes[this.#slots[slot]! - 1] !== hash) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const size = this.#hashes.length * 2
    const widen = <A extends Uint32Array | Int32Array>(from: A, to: A): A => {
      to.set(from)
      return to
    }
    this.#hashes = widen(this.#hashes, new Uint32Array(size))
    this.#offsets = widen(this.#offsets, new Uint32Array(size))
    this.#previous = widen(this.#previous, new Int32Array(size))
    this.#slots = new Int32Array(size * 2)
    for (let entry = 0; entry < this.#count; entry++) this.#slots[this.#slot(this.#hashes[entry]!)] = entry + 1
  }
}
