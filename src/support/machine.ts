/**
 * What a program takes from the machine it runs on, besides the clock of Effect: time that only goes forward, timers, and chance.
 * A port with the real machine behind it by default, so that a simulation can be the machine and run everything again exactly.
 */
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import { newId } from "./new-id.ts"

export interface MachineShape {
  /** Milliseconds that only go forward, from wherever: for how long something took. */
  readonly elapsed: () => number
  /** Runs later, after I/O that is waiting had its turn; in the order in which it was asked for. */
  readonly soon: (work: () => void) => void
  /** Runs in so many milliseconds, unless what it gives is called before. */
  readonly after: (millis: number, work: () => void) => () => void
  /** A fresh version 7 UUID for this instant (Unix milliseconds). */
  readonly newId: (millis: number) => string
  /** A UUID that nobody can guess. */
  readonly uuid: () => string
}

export const realMachine: MachineShape = {
  elapsed: () => performance.now(),
  soon: (work) => void setImmediate(work),
  after: (millis, work) => {
    const timer = setTimeout(work, millis)
    return () => clearTimeout(timer)
  },
  newId,
  uuid: randomUUID
}

export const Machine = Context.Reference<MachineShape>("overplanned/Machine", { defaultValue: () => realMachine })
