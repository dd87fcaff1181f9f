/**
 * Tells who leans on a persona that it moved. The first signal is told at once; those that follow it closely are told together a
 * little later: a trip works all its fallbacks out anew each time, and no single swipe of many is worth that.
 */
import type { MachineShape } from "../../support/machine.ts"

/** Longest that what somebody leans on lies behind what signals taught. */
export const BEHIND_MILLIS = 3_000

/** Travelers of whom something may wait to be told; of all others it is told at once. */
const MOST_WAITING = 10_000

interface Told {
  /** Something came since. */
  more: boolean
  readonly cancel: () => void
}

export class TasteNews {
  readonly #tell: (userId: string) => void
  readonly #machine: MachineShape
  readonly #lately = new Map<string, Told>()

  constructor(tell: (userId: string) => void, machine: MachineShape) {
    this.#tell = tell
    this.#machine = machine
  }

  /** Signals moved the persona. */
  moved(userId: string): void {
    const told = this.#lately.get(userId)
    if (told !== undefined) told.more = true
    else {
      this.#tell(userId)
      if (this.#lately.size >= MOST_WAITING) return
      const cancel = this.#machine.after(BEHIND_MILLIS, () => this.#over(userId))
      this.#lately.set(userId, { more: false, cancel })
    }
  }

  /** Somebody said who they are, or was counted anew: nobody leans on what was before for a moment longer. */
  changed(userId: string): void {
    const told = this.#lately.get(userId)
    if (told !== undefined) told.more = false
    this.#tell(userId)
  }

  stop(): void {
    for (const { cancel } of this.#lately.values()) cancel()
    this.#lately.clear()
  }

  #over(userId: string): void {
    const more = this.#lately.get(userId)?.more === true
    this.#lately.delete(userId)
    if (more) this.moved(userId)
  }
}
