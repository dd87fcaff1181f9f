/**
 * Whether a file packed with zstd has its end. What unpacks it gives what is there and says nothing where the rest is missing; the
 * frames themselves say how long they are (RFC 8878, section 3.1).
 */

const MAGIC = 0xfd2fb528
/** Frames that hold something else, in sixteen kinds. */
const SKIPPABLE = 0x184d2a50
const CHECKSUM_BYTES = 4
const RUN_OF_ONE_BYTE = 1

type Part = "magic" | "length of what is skipped" | "descriptor" | "block"

const LENGTH_OF: Readonly<Record<Part, number>> = {
  magic: 4,
  "length of what is skipped": 4,
  descriptor: 1,
  block: 3
}

export class ZstdFrames {
  #part: Part = "magic"
  #head: Array<number> = []
  #skip = 0
  #hasChecksum = false
  #isOther = false

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#isOther; ) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.length - at)
        this.#skip -= passed
        at += passed
        continue
      }
      this.#head.push(bytes[at++]!)
      if (this.#head.length < LENGTH_OF[this.#part]) continue
      const value = this.#head.reduce((sum, byte, i) => sum + byte * 256 ** i, 0)
      this.#head = []
      this.#after(value)
    }
  }

  /** It ends where a frame ends. What is no frame at all is for whoever unpacks it to complain of. */
  get isWhole(): boolean {
    return this.#isOther || (this.#part === "magic" && this.#head.length === 0 && this.#skip === 0)
  }

  #after(value: number): void {
    switch (this.#part) {
      case "magic":
        if (value === MAGIC) this.#part = "descriptor"
        else if (value - (value % 16) === SKIPPABLE) this.#part = "length of what is skipped"
        else this.#isOther = true
        return
      case "length of what is skipped":
        this.#skip = value
        this.#part = "magic"
        return
      case "descriptor": {
        const isSingle = (value & 0x20) !== 0
        this.#hasChecksum = (value & 0x04) !== 0
        const dictionary = [0, 1, 2, 4][value & 3]!
        const contentSize = [isSingle ? 1 : 0, 2, 4, 8][value >> 6]!
        this.#skip = (isSingle ? 0 : 1) + dictionary + contentSize
        this.#part = "block"
        return
      }
      case "block": {
        const isLast = (value & 1) === 1
        this.#skip = ((value >> 1) & 3) === RUN_OF_ONE_BYTE ? 1 : value >> 3
        if (!isLast) return
        if (this.#hasChecksum) this.#skip += CHECKSUM_BYTES
        this.#part = "magic"
      }
    }
  }
}
