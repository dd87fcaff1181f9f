/**
 * What a traveler said while there was no network: kept, sent in order when it is back, and each entry told what became of
 * it. Every entry has its key from the start, so that sending it again is harmless.
 */
import type { Answer, Http, Request } from "./http.ts"
import { newId } from "./ids.ts"
import { Problem } from "./problem.ts"

/** What makes sense later as well; everything else is asked again by a person. */
export type Queued = "trips.answerPivot" | "trips.changeSlot" | "trips.veto" | "people.signals"

export interface Entry<O extends Queued = Queued> {
  readonly operation: O
  readonly request: Request<O>
  readonly key: string
  /** When it was said, in Unix milliseconds by the clock of the device. */
  readonly at: number
}

/** Where entries outlive the page; `localStorage` is one. */
export interface QueueStore {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
}

export interface QueueOptions {
  readonly http: Http
  readonly store?: QueueStore | undefined
  /** Under which name; one for each person. */
  readonly name?: string | undefined
  readonly onSent?: (entry: Entry, answer: Answer<Queued>) => void
  /** The plan had changed meanwhile, or the wish makes no sense any more: the problem says what and why. */
  readonly onRefused?: (entry: Entry, problem: Problem) => void
}

/** More than anybody says without a network; beyond it the queue says that it is full. */
const MOST_QUEUED = 500

/** Signals that go in one request. */
const MOST_TOGETHER = 100

/** What is no longer worth telling: the server takes no older signals either. */
const OLDEST_MS = 30 * 86_400_000

/** What may be different in a moment: the entry stays. */
const WAITS: ReadonlySet<number> = new Set([0, 401, 429, 503])

export class Queue {
  readonly #options: QueueOptions
  readonly #name: string
  #entries: Array<Entry>
  #sending: Promise<void> | undefined

  constructor(options: QueueOptions) {
    this.#options = options
    this.#name = options.name ?? "overplanned-queue"
    this.#entries = this.#read()
  }

  get entries(): ReadonlyArray<Entry> {
    return this.#entries
  }

  /** Keeps it for later. Throws where too much waits already, or where the store takes no more. */
  add<O extends Queued>(operation: O, request: Request<O>, key: string = newId()): Entry<O> {
    if (this.#entries.length >= MOST_QUEUED) {
      throw new Problem({ detail: `${MOST_QUEUED} things wait to be sent already. Go online first.` }, 0)
    }
    const entry: Entry<O> = { operation, request, key, at: Date.now() }
    this.#keep([...this.#entries, entry as unknown as Entry])
    return entry
  }

  /** Sends what waits, in order, as far as it gets; one sending at a time. */
  send(): Promise<void> {
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #drain(): Promise<void> {
    for (let next = this.#next(); next.length > 0; next = this.#next()) {
      const [first] = next as [Entry, ...Array<Entry>]
      try {
        const answer = await this.#sendTogether(next)
        this.#done(next)
        for (const entry of next) this.#options.onSent?.(entry, answer)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (WAITS.has(error.status)) return
        this.#done(next)
        this.#options.onRefused?.(first, error)
      }
    }
  }

  /** The first entry, and the signals that follow it where it is one. */
  #next(): ReadonlyArray<Entry> {
    const [first] = this.#entries
    if (first === undefined || first.operation !== "people.signals") return first === undefined ? [] : [first]
    const others = this.#entries.findIndex(({ operation }) => operation !== "people.signals")
    return this.#entries.slice(0, others === -1 ? MOST_TOGETHER : Math.min(others, MOST_TOGETHER))
  }

  #sendTogether(entries: ReadonlyArray<Entry>): Promise<Answer<Queued>> {
    const [first] = entries as [Entry]
    const { call } = this.#options.http
    if (first.operation !== "people.signals")
      return call(first.operation, { ...first.request, key: first.key } as never)
    // Each signal has an id of its own and counts once: the request itself needs no key that stands for all of them.
    const body = (entries as ReadonlyArray<Entry<"people.signals">>).flatMap(({ request }) => request.body)
    return call("people.signals", { body, key: null })
  }

  #done(entries: ReadonlyArray<Entry>): void {
    const gone = new Set(entries.map(({ key }) => key))
    this.#keep(this.#entries.filter(({ key }) => !gone.has(key)))
  }

  #keep(entries: Array<Entry>): void {
    this.#options.store?.setItem(this.#name, JSON.stringify(entries))
    this.#entries = entries
  }

  #read(): Array<Entry> {
    try {
      const entries: unknown = JSON.parse(this.#options.store?.getItem(this.#name) ?? "[]")
      if (!Array.isArray(entries)) return []
      return entries.filter(({ key, at }) => typeof key === "string" && at > Date.now() - OLDEST_MS).slice(-MOST_QUEUED)
    } catch {
      return []
    }
  }
}
