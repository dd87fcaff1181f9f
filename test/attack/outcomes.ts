/** What came of the requests, by operation and status: a generator that is refused everything tries nothing. */
import { assert } from "@effect/vitest"

/** Of all requests that are sent, so many are done at least: where nearly all are refused at the door, nothing behind it is tried. */
const LEAST_DONE = 0.2

/** Requests of one operation of which one at least is done, where it can be by luck. */
const ENOUGH = 40

/** What takes more than luck: something has to be there that no other request leaves, or several ids have to fit together. */
const SELDOM_DONE: Readonly<Record<string, string>> = {
  "begin.renewToken": "a token that was signed here, in the body",
  "begin.signIn": "a code that is good once",
  "begin.enterDemo": "a demo",
  "trips.change": "the status that may follow the one that the trip has",
  "trips.answerPivot": "an open offer of this trip, and one of its options",
  "edits.reorder": "every stop of the day that can move",
  "votes.open": "a group, and an open offer of its trip",
  "votes.cast": "a vote that is open",
  "links.revoke": "a link of this trip",
  "links.invitation": "a link that invites",
  "links.accept": "a link that invites",
  "shared.read": "a link to read",
  "push.subscribe": "the keys of a browser",
  "push.unsubscribe": "a subscription",
  "pushAnswers.answer": "the code of a notification",
  "companions.answer": "a suggestion",
  "cities.evidence": "a place of the city in the path",
  "admin.putSeedFilePart": "a file that was begun",
  "admin.seedTrainingData": "hours",
  "admin.train": "hours",
  "admin.job": "a job",
  "admin.cancelJob": "a job",
  "admin.promote": "a model that passes the gate",
  "admin.traffic": "a model in production",
  "admin.rollback": "a model in production"
}

export class Outcomes {
  readonly #of = new Map<string, Map<number, number>>()

  add(operation: string, status: number): void {
    const known = this.#of.get(operation) ?? new Map<number, number>()
    this.#of.set(operation, known.set(status, (known.get(status) ?? 0) + 1))
  }

  #times(operation: string, fits: (status: number) => boolean): number {
    return [...(this.#of.get(operation) ?? [])].reduce((sum, [status, n]) => sum + (fits(status) ? n : 0), 0)
  }

  /** Each of these was asked, and enough was done; gives the share of what was. */
  check(operations: ReadonlyArray<string>): number {
    const sent = (operation: string) => this.#times(operation, () => true)
    const done = (operation: string) => this.#times(operation, (status) => status < 400)
    const sum = (of: (operation: string) => number) => operations.reduce((all, one) => all + of(one), 0)
    const table = operations
      .map((one) => `${one}: ${[...(this.#of.get(one) ?? [])].map((n) => n.join(" x")).join(", ")}`)
      .join("\n")
    const share = sum(done) / sum(sent)
    assert.isAtLeast(share, LEAST_DONE, table)
    const idle = operations.filter((one) => !(one in SELDOM_DONE) && sent(one) >= ENOUGH && done(one) === 0)
    assert.deepStrictEqual(idle, [], `none of these was done once\n${table}`)
    const gone = Object.keys(SELDOM_DONE).filter((one) => !operations.includes(one))
    assert.deepStrictEqual(gone, [], "there are no such operations any more")
    return share
  }
}
