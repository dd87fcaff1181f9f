/**
 * What a checker of data sets against a record has to say. It shares nothing with what builds the data sets: it reads the record of
 * the week and the Parquet files, and knows the rules by the pages in `docs/`.
 */
import type { Left, WeekRecord, Window } from "../record.ts"

export interface Finding {
  /** Something that happened is not there, something is there that did not happen, or it is told otherwise than it was. */
  readonly kind: "lost" | "invented" | "wrong"
  readonly what: string
}

export interface Agreement {
  /** What the record says must be there, and how much of that was found. */
  readonly expected: number
  readonly found: number
  readonly findings: ReadonlyArray<Finding>
}

export class Findings {
  expected = 0
  found = 0
  readonly #all: Array<Finding> = []

  lost(what: string): void {
    this.#all.push({ kind: "lost", what })
  }

  invented(what: string): void {
    this.#all.push({ kind: "invented", what })
  }

  wrong(what: string): void {
    this.#all.push({ kind: "wrong", what })
  }

  expect(found: boolean, what: string): void {
    this.expected++
    if (found) this.found++
    else this.lost(what)
  }

  equal(what: string, told: unknown, was: unknown): void {
    const [a, b] = [JSON.stringify(told), JSON.stringify(was)]
    if (a !== b) this.wrong(`${what}: ${a}, and it was ${b}`)
  }

  get agreement(): Agreement {
    return { expected: this.expected, found: this.found, findings: this.#all }
  }
}

export const within = (at: number, [from, to]: Window): boolean => from <= at && at <= to

/** Whoever left is somebody else in what stays, at another time: it is told by its content alone. */
export const isGone = ({ left }: WeekRecord, who: string): boolean => left.some((one: Left) => one.who === who)
