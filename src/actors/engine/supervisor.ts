/** Who crashed how often, when to try again, whom to leave stopped, and which commands are parked. */
import type { Limits } from "./kind.ts"

/** A command that crashed its actor twice, for operators: a label and a cause, never the payload. */
export interface Quarantined {
  readonly key: string
  readonly command: string
  readonly cause: string
  readonly at: number
}

interface Record {
  restarts: Array<number>
  stoppedUntil: number
  cause: string
}

export class Supervisor {
  readonly #limits: Limits
  readonly #records = new Map<string, Record>()
  readonly #quarantine: Array<Quarantined> = []

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Notes a restart; answers how long to back off, or `stop` after too many of them. */
  restart(key: string, cause: string, now: number): number | "stop" {
    const record = this.#records.get(key) ?? { restarts: [], stoppedUntil: 0, cause }
    this.#records.set(key, record)
    record.cause = cause
    record.restarts = record.restarts.filter((at) => at > now - this.#limits.restartWindowMillis)
    record.restarts.push(now)
    if (record.restarts.length > this.#limits.maxRestarts) return "stop"
    return this.backoff(record.restarts.length)
  }

  backoff(attempt: number): number {
    return Math.min(this.#limits.backoffMillis * 2 ** (attempt - 1), this.#limits.maxBackoffMillis)
  }

  stop(key: string, now: number): void {
    const record = this.#records.get(key)
    if (record !== undefined) record.stoppedUntil = now + this.#limits.stoppedMillis
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

  stopped(now: number): ReadonlyArray<{ readonly key: string; readonly cause: string; readonly until: number }> {
    const list = []
    for (const [key, record] of this.#records) {
      if (record.stoppedUntil > now) list.push({ key, cause: record.cause, until: record.stoppedUntil })
    }
    return list
  }

  /** Forgets the actors that have behaved for a whole window. */
  forget(now: number): void {
    for (const [key, record] of this.#records) {
      const last = record.restarts.at(-1) ?? 0
      if (record.stoppedUntil <= now && last <= now - this.#limits.restartWindowMillis) this.#records.delete(key)
    }
  }
}
