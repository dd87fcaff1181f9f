/** What a request came to that was not granted: the server's own problem document, or that it cannot be reached. */

/** A problem document (RFC 9457). `type` is stable for ever; what else it carries depends on it. */
export interface ProblemDocument {
  readonly type?: string
  readonly status?: number
  readonly title?: string
  readonly detail?: string
  readonly errors?: ReadonlyArray<{ readonly path: ReadonlyArray<string | number>; readonly message: string }>
  readonly retry_after_seconds?: number
  readonly state_version?: number
  readonly request_id?: string
  /** With `pivot-expired`: a fresh offer, where one could be made. */
  // biome-ignore lint/suspicious/noExplicitAny: an offer as the contract has it; readers know which problem they hold.
  readonly offer?: any
}

/** What the client says itself, where no server speaks. */
export interface Words {
  readonly unreachable: string
  /** Of an answer without a sentence. */
  readonly answered: (status: number) => string
  readonly again: (seconds: number) => string
  /** So much waits to be sent that nothing more is taken. */
  readonly full: (count: number) => string
}

export const WORDS: Words = {
  unreachable: "The server cannot be reached right now.",
  answered: (status) => `The server answered ${status}.`,
  again: (seconds) => `Try again in ${seconds} s.`,
  full: (count) => `${count} things wait to be sent already. Go online first.`
}

/** The problem in words for people: what happened, each field that is wrong, and when to try again. */
export const problemText = (document: ProblemDocument | undefined, status: number, words = WORDS): string => {
  const said = document?.detail ?? document?.title ?? words.answered(status)
  // The server's sentence names the fields as a rule; what it names is not said a second time.
  const issues = (document?.errors ?? []).filter(({ message }) => !said.includes(message))
  const text = [said, ...issues.map(({ path, message }) => `${path.join(".")} ${message}`)].join(" ")
  const wait = document?.retry_after_seconds
  return wait === undefined ? text : `${text} ${words.again(wait)}`
}

/** 511 is of a network that wants one to sign in first, such as a hotel's. */
const AWAY: ReadonlySet<number> = new Set([0, 502, 503, 504, 511])

const PREFIX = "urn:overplanned:problem:"

export class Problem extends Error {
  /** The status of HTTP; 0 where no answer came. */
  readonly status: number
  readonly document: ProblemDocument | undefined

  constructor(document: ProblemDocument | undefined, status: number, words?: Words) {
    super(problemText(document, status, words))
    this.name = "Problem"
    this.status = status
    this.document = document
  }

  /** The last part of its type, such as `stale-state`. */
  get kind(): string | undefined {
    return this.document?.type?.startsWith(PREFIX) ? this.document.type.slice(PREFIX.length) : undefined
  }

  get isUnreachable(): boolean {
    return this.status === 0
  }

  /** Nobody answers who could: what is wanted may be wanted later. A server that is gone is told so by whatever stands before it. */
  get isAway(): boolean {
    return AWAY.has(this.status)
  }
}
