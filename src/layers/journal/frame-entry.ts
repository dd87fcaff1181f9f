/**
 * A record still in the bytes that were read from disk: what the drainer moves by the million becomes text only where
 * somebody asks for it.
 */
import type { JournalEntry } from "../../services/journal.ts"
import { frameEpoch, frameId, frameKey, framePayload, framePayloadBytes, frameType, frameVersion } from "./frame.ts"

export class FrameEntry implements JournalEntry {
  readonly type: string
  readonly version: number
  readonly position: number
  readonly epoch: number
  readonly #bytes: Buffer
  readonly #at: number
  readonly #length: number

  constructor(bytes: Buffer, at: number, length: number, position: number) {
    this.type = frameType(bytes, at)
    this.version = frameVersion(bytes, at)
    this.position = position
    this.epoch = frameEpoch(bytes, at)
    this.#bytes = bytes
    this.#at = at
    this.#length = length
  }

  get key(): string {
    return frameKey(this.#bytes, this.#at)
  }

  get id(): string {
    return frameId(this.#bytes, this.#at)
  }

  get payload(): string {
    return framePayload(this.#bytes, this.#at, this.#length)
  }

  get bytes(): Uint8Array {
    return framePayloadBytes(this.#bytes, this.#at, this.#length)
  }
}
