/**
 * A disk in memory that can lose power, fill up and break. What was not synced is lost when the power goes, except for the
 * sectors that happened to make it, which the caller chooses: a real disk gives no order either.
 */
import type { FilePort, OpenFile } from "../../src/layers/journal/files.ts"

const SECTOR = 512

interface DiskFile {
  bytes: Buffer
  /** What a loss of power cannot take. */
  synced: Buffer
}

const failure = (code: string) => Object.assign(new Error(`${code}: injected`), { code })

export class FragileDisk implements FilePort {
  readonly files = new Map<string, DiskFile>()
  /** The names that a loss of power cannot take. */
  #named = new Map<string, DiskFile>()
  /** Bytes that fit; a write beyond is cut short and fails. */
  capacity = Number.POSITIVE_INFINITY
  /** Fails the operations that it returns a code for. */
  fault: (operation: "write" | "sync" | "truncate" | "open" | "read") => string | undefined = () => undefined
  /** A disk that says "synced" and is not: what the tests of durability must notice. */
  lies = false
  #powered = true
  readonly #later: (done: () => void) => void

  /** `later` says when an operation is carried out. */
  constructor(later: (done: () => void) => void = setImmediate) {
    this.#later = later
  }

  /** Power goes: every pending operation dies with it. What remains is a new disk with what survived. */
  losePower(survives: () => boolean): FragileDisk {
    this.#powered = false
    const after = new FragileDisk(this.#later)
    for (const [path, file] of this.#named) {
      const length = survives() ? Math.max(file.bytes.length, file.synced.length) : file.synced.length
      const bytes = Buffer.alloc(length)
      for (let at = 0; at < length; at += SECTOR) {
        const from = survives() ? file.bytes : file.synced
        if (at < from.length) from.copy(bytes, at, at, Math.min(at + SECTOR, length))
      }
      after.put(path, bytes)
    }
    return after
  }

  /** A disk with the same content. */
  copy(): FragileDisk {
    const copy = new FragileDisk(this.#later)
    for (const [path, { bytes }] of this.files) copy.put(path, Buffer.from(bytes))
    return copy
  }

  put(path: string, bytes: Buffer): void {
    const file = { bytes, synced: Buffer.from(bytes) }
    this.files.set(path, file)
    this.#named.set(path, file)
  }

  /** Every call settles on a later turn, and never once the power is gone. */
  async #turn(operation: "write" | "sync" | "truncate" | "open" | "read"): Promise<void> {
    await new Promise<void>(this.#later)
    if (!this.#powered) await new Promise(() => {})
    const code = this.fault(operation)
    if (code !== undefined) throw failure(code)
  }

  #used(): number {
    return this.files.values().reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  async makeDirectory(): Promise<void> {}

  async list(path: string): Promise<ReadonlyArray<string>> {
    const inside = `${path}/`
    return [...this.files.keys()]
      .filter((name) => name.startsWith(inside) && !name.slice(inside.length).includes("/"))
      .map((name) => name.slice(inside.length))
  }

  async remove(path: string): Promise<void> {
    this.files.delete(path)
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#turn("sync")
    if (this.lies) return
    for (const name of this.#named.keys()) if (name.startsWith(`${path}/`)) this.#named.delete(name)
    for (const [name, file] of this.files) if (name.startsWith(`${path}/`)) this.#named.set(name, file)
  }

  async open(path: string, mode: "read" | "write"): Promise<OpenFile> {
    await this.#turn("open")
    let file = this.files.get(path)
    if (file === undefined) {
      if (mode === "read") throw failure("ENOENT")
      file = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
      this.files.set(path, file)
    }
    const opened = file
    return {
      write: async (bytes, position) => {
        await this.#turn("write")
        const room = this.capacity - this.#used() + opened.bytes.length
        const end = Math.min(position + bytes.length, Math.max(room, position))
        const written = Buffer.alloc(Math.max(end, opened.bytes.length))
        opened.bytes.copy(written)
        written.set(bytes.subarray(0, end - position), position)
        opened.bytes = written
        if (end < position + bytes.length) throw failure("ENOSPC")
      },
      sync: async () => {
        await this.#turn("sync")
        if (!this.lies) opened.synced = Buffer.from(opened.bytes)
      },
      truncate: async (length) => {
        await this.#turn("truncate")
        const cut = Buffer.alloc(length)
        opened.bytes.copy(cut)
        opened.bytes = cut
      },
      read: async (into, position) => {
        await this.#turn("read")
        return opened.bytes.copy(into, 0, position)
      },
      size: async () => opened.bytes.length,
      close: async () => {}
    }
  }
}
