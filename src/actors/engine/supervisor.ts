/** How often an actor may crash and how long it rests in between, whom to leave stopped, and which commands are parked. */
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import type { Limits } from "./kind.ts"
import { causeText } from "./refusals.ts"

/** A command that crashed its actor twice, for operators: a label and a cause, never the payload. */
export interface Quarantined {
  readonly key: string
  readonly command: string
  readonly cause: string
  readonly at: number
}

/** An actor crashed more often than its schedule allows. */
export class GivenUp {
  readonly cause: string
  constructor(cause: string) {
    this.cause = cause
  }
}

/** The crashes of one actor within a window. */
interface Record {
  readonly since: number
  cause: string
  rest: ((cause: unknown) => Pull.Pull<unknown, never, unknown>) | undefined
  stoppedUntil: number
}

/** Rests longer after each time, up to a bound. */
const patiently = (limits: Limits) =>
  Schedule.min([Schedule.exponential(limits.backoffMillis), Schedule.spaced(limits.maxBackoffMillis)])

export class Supervisor {
  /** How long reading back is put off while storage does not answer: for ever, since nothing else can be done. */
  readonly untilItAnswers: Schedule.Schedule<unknown>
  readonly #limits: Limits
  readonly #restarts: Schedule.Schedule<unknown>
  readonly #records = new Map<string, Record>()
  readonly #quarantine: Array<Quarantined> = []

  constructor(limits: Limits) {
    this.#limits = limits
    this.untilItAnswers = patiently(limits)
    this.#restarts = Schedule.upTo(patiently(limits), { times: limits.maxRestarts })
  }

  /** Rests before the next life; fails when it is not to have one for now. All times here are elapsed milliseconds. */
  rest(key: string, cause: unknown, now: number): Effect.Effect<unknown, GivenUp> {
    return Effect.gen({ self: this }, function* () {
      const known = this.#records.get(key)
      const fresh = known === undefined || known.since <= now - this.#limits.restartWindowMillis
      const record: Record = fresh ? { since: now, cause: "", rest: undefined, stoppedUntil: 0 } : known
      record.cause = causeText(cause)
      record.rest ??= yield* Schedule.toStepWithSleep(this.#restarts)
      this.#records.set(key, record)
      return yield* Pull.catchDone(record.rest(cause), () => {
        record.stoppedUntil = now + this.#limits.stoppedMillis
        return Effect.fail(new GivenUp(record.cause))
      })
    })
  }

  /** Why this actor is stopped, if it is. */
  stoppedBecause(key: string, now: number): string | undefined {
    if (this.#records.size === 0) return undefined
    const record = this.#records.get(key)
    return record !== undefined && record.stoppedUntil > now ? record.cause : undefined
  }

  revive(key: string): boolean {
    return this.#records.delete(key)
  }

  park(entry: Quarantined): void {
    this.#quarantine.push(entry)
    if (this.#quarantine.length > this.#limits.quarantineCapacity) this.#quarantine.shift()
  }

  get quarantine(): ReadonlyArray<Quarantined> {
    return this.#quarantine
  }

  /** Who is stopped, and for how many more milliseconds. */
  stopped(now: number): ReadonlyArray<{ readonly key: string; readonly cause: string; readonly left: number }> {
    const list = []
    for (const [key, record] of this.#records) {
      if (record.stoppedUntil > now) list.push({ key, cause: record.cause, left: record.stoppedUntil - now })
    }
    return list
  }

  /** Forgets the actors that have behaved since their window closed. */
  forget(now: number): void {
    for (const [key, record] of this.#records) {
      if (record.stoppedUntil <= now && record.since <= now - this.#limits.restartWindowMillis)
        this.#records.delete(key)
    }
  }
}
