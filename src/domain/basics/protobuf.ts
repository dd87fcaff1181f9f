/** As much of the Protocol Buffers wire format as extracts of maps and feeds of transit need, over bytes that may be broken anywhere. */

export class BrokenBytes extends Error {}

const TOO_LARGE_TO_BE_EXACT = 9

export class Fields {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number
  /** Number and wire type of the field at hand. */
  field = 0
  wire = 0

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /** Moves to the next field; false at the end. Each field has to be read or skipped before the next. */
  next(): boolean {
    if (this.#at >= this.#end) return false
    const tag = this.unsigned()
    this.field = Math.floor(tag / 8)
    this.wire = tag % 8
    return true
  }

  get more(): boolean {
    return this.#at < this.#end
  }

  unsigned(): number {
    let value = 0
    let scale = 1
    const start = this.#at
    for (let read = 0; read < 10; read++) {
      if (this.#at >= this.#end) throw new BrokenBytes("it ends in the middle of a number")
      const byte = this.#bytes[this.#at++]!
      value += (byte & 127) * scale
      if (byte < 128) return read < TOO_LARGE_TO_BE_EXACT ? value : this.#exact(start)
      scale *= 128
    }
    throw new BrokenBytes("a number has no end")
  }

  /** Negative numbers take ten bytes, more than a double holds: put together bit by bit. */
  #exact(start: number): number {
    let value = 0n
    for (let at = start; at < this.#at; at++) value |= BigInt(this.#bytes[at]! & 127) << BigInt(7 * (at - start))
    return Number(BigInt.asIntN(64, value))
  }

  /** A number whose sign was folded into its lowest bit. */
  zigzag(): number {
    const value = this.unsigned()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  bytes(): Uint8Array {
    const length = this.unsigned()
    const start = this.#at
    if (length > this.#end - start) throw new BrokenBytes("it ends in the middle of a field")
    this.#at = start + length
    return this.#bytes.subarray(start, start + length)
  }

  message(): Fields {
    return new Fields(this.bytes())
  }

  skip(): void {
    if (this.wire === 0) this.unsigned()
    else if (this.wire === 2) this.bytes()
    else if (this.wire === 1 || this.wire === 5) this.#at += this.wire === 1 ? 8 : 4
    else throw new BrokenBytes(`there is no field of type ${this.wire}`)
    if (this.#at > this.#end) throw new BrokenBytes("it ends in the middle of a field")
  }
}
