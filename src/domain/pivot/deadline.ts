/** How long a search may go on. The clock comes from outside: what is searched for stays a pure question. */

/** Places that are looked at between two looks at the clock: some microseconds of work. */
const STRIDE = 32

export class Deadline {
  readonly #clock: () => number
  readonly #end: number
  /** Whether the time ran out while there was something left to do. */
  over = false

  /** `millis` from now, on any clock that goes forward. */
  constructor(clock: () => number, millis: number) {
    this.#clock = clock
    this.#end = millis === Number.POSITIVE_INFINITY ? millis : clock() + millis
  }

  /** To be asked before the next piece of work. */
  passed(): boolean {
    if (this.#end !== Number.POSITIVE_INFINITY && !this.over) this.over = this.#clock() >= this.#end
    return this.over
  }

  /** The same in a loop over many small pieces: looks at the clock before some of them only. */
  passedAt(step: number): boolean {
    return step % STRIDE === 0 ? this.passed() : this.over
  }
}

export const NO_DEADLINE = new Deadline(() => 0, Number.POSITIVE_INFINITY)
