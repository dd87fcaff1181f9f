/** How often each fault was met and each invariant was looked at, and what was found broken. */

/** Everything that goes wrong in a run, on purpose. */
export const FAULTS = [
  "process killed",
  "power lost, unsynced writes torn",
  "orderly restart",
  "disk full",
  "disk error",
  "disk lost",
  "database away",
  "database frozen",
  "slow statement",
  "statement failed",
  "statement timed out",
  "answer of a commit lost",
  "row refused",
  "connection cut",
  "frame lost",
  "frame overtook others",
  "clock jumped",
  "clients raced",
  "command repeated",
  "command late"
] as const
export type Fault = (typeof FAULTS)[number]

/** Everything that must hold whatever goes wrong. */
export const INVARIANTS = [
  "one writer per trip and epoch",
  "an acknowledged write is there exactly once",
  "an acknowledged signal is there exactly once",
  "replay of the log gives what is in memory",
  "a stream has no gap, or begins anew",
  "a pivot of a resident trip is answered",
  "nobody sees a trip that would not admit them now",
  "who was erased stays erased",
  "one trip's misfortune touches no other",
  "a refused change is told",
  "everything is answered once faults have stopped"
] as const

/** What must hold besides, where groups vote. */
export const VOTES_COUNTED = "a vote comes to what was said"

export type Invariant = (typeof INVARIANTS)[number] | typeof VOTES_COUNTED

/** How a line of the trace begins that says what was found. */
export const BROKEN = "BROKEN: "

export interface Violation {
  readonly invariant: Invariant
  readonly what: string
}

export class Tally {
  readonly faults = new Map<string, number>()
  readonly checks = new Map<string, number>()
  readonly violations: Array<Violation> = []
  commands = 0
  readonly #note: (line: string) => void

  constructor(note: (line: string) => void) {
    this.#note = note
  }

  readonly met = (fault: string): void => {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1)
    this.#note(`fault: ${fault}`)
  }

  /** Counts a look at an invariant, and keeps what was wrong. */
  check(invariant: Invariant, holds: boolean, what: () => string): void {
    this.checks.set(invariant, (this.checks.get(invariant) ?? 0) + 1)
    if (holds) return
    const found = what()
    this.#note(`${BROKEN}${invariant}: ${found}`)
    this.violations.push({ invariant, what: found })
  }

  get faultsMet(): number {
    return this.faults.values().reduce((sum, one) => sum + one, 0)
  }
}
