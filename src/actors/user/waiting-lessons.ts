/**
 * Signals become durable by the group, and many of a group may be of one traveler: what they teach is taken up together, a
 * little in each turn of the loop, after those who sent them were told. Nobody waits for it but who asks for the persona.
 */
import type { Signal } from "../../domain/signal.ts"
import type { Lesson } from "../../domain/user/commands.ts"
import type { MachineShape } from "../../support/machine.ts"

type Received = Pick<Lesson, "signal" | "at">

/** Longest that teaching holds the event loop at a time. */
const SLICE_MILLIS = 1

/** More signals than this do not wait: where they come faster than they are taught, those who send them slow down. */
const MOST_WAITING = 2_000

export class WaitingLessons {
  readonly #teach: (userId: string, received: ReadonlyArray<Received>) => void
  readonly #failed: (cause: unknown) => void
  readonly #machine: MachineShape
  readonly #waiting = new Map<string, Array<Received>>()
  #signals = 0
  #scheduled = false

  /** `failed` hears of a `teach` that threw: the lessons of that traveler are gone, those of the others go on. */
  constructor(
    teach: (userId: string, received: ReadonlyArray<Received>) => void,
    failed: (cause: unknown) => void,
    machine: MachineShape
  ) {
    this.#teach = teach
    this.#failed = failed
    this.#machine = machine
  }

  add(userId: string, signals: ReadonlyArray<Signal>, at: number): void {
    let theirs = this.#waiting.get(userId)
    if (theirs === undefined) {
      theirs = []
      this.#waiting.set(userId, theirs)
    }
    for (const signal of signals) theirs.push({ signal, at })
    this.#signals += signals.length
    if (this.#signals > MOST_WAITING) this.all()
    else if (!this.#scheduled) {
      this.#scheduled = true
      this.#machine.soon(this.#turn)
    }
  }

  /** Teaches what waits of one traveler now. */
  of(userId: string): void {
    const theirs = this.#waiting.get(userId)
    if (theirs === undefined) return
    this.#waiting.delete(userId)
    this.#signals -= theirs.length
    try {
      this.#teach(userId, theirs)
    } catch (cause) {
      this.#failed(cause)
    }
  }

  all(): void {
    for (const userId of this.#waiting.keys()) this.of(userId)
  }

  readonly #turn = (): void => {
    const until = this.#machine.elapsed() + SLICE_MILLIS
    for (const userId of this.#waiting.keys()) {
      this.of(userId)
      if (this.#machine.elapsed() >= until) break
    }
    this.#scheduled = this.#waiting.size > 0
    if (this.#scheduled) this.#machine.soon(this.#turn)
  }
}
