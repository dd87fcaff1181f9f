/**
 * For places without a durable disk: who waits for an append is told once it is in the database, in the order of the appends. What
 * was set aside on the way there was not acknowledged to anybody.
 */
import { JournalWriteFailed, type Settled } from "../../services/journal.ts"

interface Waiting {
  readonly from: number
  readonly through: number
  readonly settled: Settled
  readonly failure: JournalWriteFailed | undefined
}

const notStored = () =>
  new JournalWriteFailed({ message: "The database did not take the write. It does not count.", onDisk: "no" })

const stopping = () =>
  new JournalWriteFailed({
    message:
      "The server stops before the database has the write: whether it counts is unknown. Look, or send it again.",
    onDisk: "unknown"
  })

/** Bounded as the journal's own memory is: each was an append that it took. */
export class StoredAcks {
  readonly #waiting: Array<Waiting> = []
  #refused: Array<number> = []
  #last = 0

  /** The append is on the local disk, or failed there. */
  settle(from: number, through: number, settled: Settled, failure: JournalWriteFailed | undefined): void {
    // One that failed is told behind those before it, which wait for the database.
    const position = failure === undefined ? through : this.#last
    this.#last = Math.max(this.#last, position)
    this.#waiting.push({ from, through: position, settled, failure })
  }

  refused(position: number): void {
    this.#refused.push(position)
  }

  drained(position: number): void {
    let told = 0
    while (told < this.#waiting.length && this.#waiting[told]!.through <= position) {
      const { failure, from, settled, through } = this.#waiting[told++]!
      const lost = this.#refused.some((one) => one > from && one <= through)
      settled(failure ?? (lost ? notStored() : undefined))
    }
    this.#waiting.splice(0, told)
    this.#refused = this.#refused.filter((one) => one > position)
  }

  close(): void {
    for (const { failure, settled } of this.#waiting.splice(0)) settled(failure ?? stopping())
  }
}
