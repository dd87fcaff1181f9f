/**
 * A clock that a whole server with its database runs by, and that is moved by hand: `libfaketime` (Debian's `faketime`) in
 * their processes, told by one file. Timers go on by the real clock, as on a machine that was asleep.
 */
import { chmodSync, existsSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const LIBRARIES = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`
)

/** The library, where it is installed. */
export const FAKETIME = LIBRARIES.find((path) => existsSync(path))

const SECOND = 1_000

export class MovedClock {
  readonly #file: string
  #offset = 0

  constructor(folder: string, start: number) {
    this.#file = join(folder, "clock")
    this.moveTo(start)
  }

  now(): number {
    return Date.now() + this.#offset * SECOND
  }

  /** Of whole seconds; forward only, but for the first time. */
  moveTo(instant: number): void {
    this.#offset = Math.round((instant - Date.now()) / SECOND)
    writeFileSync(`${this.#file}.new`, `${this.#offset < 0 ? "" : "+"}${this.#offset}\n`)
    // The database may run as somebody else.
    chmodSync(`${this.#file}.new`, 0o644)
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** Seconds by which it differs from the real clock. */
  get offset(): number {
    return this.#offset
  }

  /** Of processes that run by it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: FAKETIME ?? "",
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1"
    }
  }
}
