/**
 * What a traveler said while there was no network: kept, sent in order when it is back, and each entry told what became of
 * it. Every entry has its key from the start, so that sending it again is harmless.
 */
import type { ServerClock } from "./clock.ts"
import type { Answer, Http, Request } from "./http.ts"
import { newId } from "./ids.ts"
import { Problem, WORDS, type Words } from "./problem.ts"

/** What makes sense later as well; everything else is asked again by a person. */
export type Queued = "trips.answerPivot" | "trips.changeSlot" | "trips.editVetoes" | "votes.cast" | "people.signals"

export interface Entry<O extends Queued = Queued> {
  readonly operation: O
  readonly request: Request<O>
  readonly key: string
  /** When it was said, in Unix milliseconds by the clock of the device. */
  readonly at: number
  /** How wrong that clock was known to be then; what is learned of it until it goes out is made good. */
  readonly ahead?: number
  /** In words, for who sees what waits. */
  readonly about?: string | undefined
}

/** Where entries outlive the page; `localStorage` is one. */
export interface QueueStore {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
}

export interface QueueOptions {
  readonly http: Http
  readonly clock?: ServerClock | undefined
  readonly store?: QueueStore | undefined
  /** Under which name; one for each person. */
  readonly name?: string | undefined
  readonly words?: Words | undefined
  /** Of signals, which go several at once, each hears what was refused of its own. */
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
const waits = (problem: Problem): boolean => problem.isAway || problem.status === 401 || problem.status === 429

// biome-ignore lint/suspicious/noExplicitAny: entries of several operations; only what all of them may have is looked at.
type Loose = any

/**
 * What was said one after the other rests on the same plan: the first change that goes through makes it another one, and the
 * rest stand on that, if nobody else changed anything between.
 */
const follows = (entry: Entry, sent: Entry, answer: Answer<Queued>): Entry => {
  const [request, before]: [Loose, Loose] = [entry.request, sent.request]
  const version: unknown = (answer as Loose)?.state_version
  if (request.ifMatch === undefined || request.path?.id !== before.path?.id) return entry
  return version === request.ifMatch + 1 ? { ...entry, request: { ...request, ifMatch: version } } : entry
}

const countOf = (request: Loose): number => [request.body].flat().length

/** What each of several that went together is told: of signals, what the server would not take among its own. */
const sharesOf = (entries: ReadonlyArray<Entry>, answer: Loose): ReadonlyArray<readonly [Entry, Answer<Queued>]> => {
  if (entries.length === 1) return [[entries[0]!, answer]]
  let from = 0
  return entries.map((entry) => {
    const [first, until] = [from, from + countOf(entry.request)]
    from = until
    const rejected = (answer?.rejected ?? []).filter(({ index }: Loose) => index >= first && index < until)
    return [entry, { ...answer, rejected }]
  })
}

export class Queue {
  readonly #options: QueueOptions
  readonly #name: string
  /** Where there is no store. With one, other tabs write into it as well, and it alone is true. */
  #kept: Array<Entry> = []
  #sending: Promise<void> | undefined

  constructor(options: QueueOptions) {
    this.#options = options
    this.#name = options.name ?? "overplanned-queue"
  }

  get entries(): ReadonlyArray<Entry> {
    return this.#options.store === undefined ? this.#kept : this.#read(this.#options.store)
  }

  /** Keeps it for later. Throws where too much waits already, or where the store takes no more. */
  add<O extends Queued>(operation: O, request: Request<O>, key: string = newId(), about?: string): Entry<O> {
    const { entries } = this
    if (entries.length >= MOST_QUEUED) {
      const { full } = this.#options.words ?? WORDS
      throw new Problem({ detail: full(MOST_QUEUED) }, 0)
    }
    const ahead = this.#options.clock?.ahead ?? 0
    const entry: Entry<O> = { operation, request, key, at: Date.now(), ahead, about }
    this.#keep([...entries, entry as unknown as Entry])
    return entry
  }

  /** Takes it back before it is sent. */
  forget(key: string): void {
    this.#keep(this.entries.filter((entry) => entry.key !== key))
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
        const answer = await this.#sendTogether([this.#dated(first), ...next.slice(1)])
        this.#done(next, answer)
        for (const [entry, own] of sharesOf(next, answer)) this.#options.onSent?.(entry, own)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (waits(error)) return
        this.#done(next)
        for (const entry of next) this.#options.onRefused?.(entry, error)
      }
    }
  }

  /** The first entry, and the signals that follow it where it is one. */
  #next(): ReadonlyArray<Entry> {
    const { entries } = this
    let together = 0
    const end = entries.findIndex(({ operation, request }, nth) => {
      together += operation === "people.signals" ? countOf(request) : MOST_TOGETHER
      return nth > 0 && together > MOST_TOGETHER
    })
    return end === -1 ? entries : entries.slice(0, end)
  }

  #sendTogether(entries: ReadonlyArray<Entry>): Promise<Answer<Queued>> {
    const [first] = entries as [Entry]
    const { call } = this.#options.http
    if (first.operation !== "people.signals")
      return call(first.operation, { ...first.request, key: first.key } as never)
    // Each signal has an id of its own and counts once: the request itself needs no key that stands for all of them.
    const body = (entries as ReadonlyArray<Entry<"people.signals">>).flatMap(({ request, ahead = 0 }) =>
      [request.body].flat().map((signal) => this.#inTime(signal, ahead))
    )
    return call("people.signals", { body, key: null })
  }

  /**
   * An answer to an offer says when it was given, because the offer's time may be over by now. Said once and for all: what is sent again under its
   * key has to be the same.
   */
  #dated(entry: Entry): Entry {
    if (entry.operation !== "trips.answerPivot") return entry
    const { request } = entry as Entry<"trips.answerPivot">
    if (request.body.said_at !== undefined) return entry
    const said_at = new Date(entry.at + (this.#options.clock?.ahead ?? 0)).toISOString()
    const dated = { ...entry, request: { ...request, body: { ...request.body, said_at } } } as Entry
    this.#keep(this.entries.map((one) => (one.key === entry.key ? dated : one)))
    return dated
  }

  /** By the server's clock, where the device's was known to be wrong only after it was said. */
  #inTime<S extends { readonly occurred_at: string }>(signal: S, ahead: number): S {
    const late = (this.#options.clock?.ahead ?? 0) - ahead
    if (late === 0) return signal
    return { ...signal, occurred_at: new Date(Date.parse(signal.occurred_at) + late).toISOString() }
  }

  #done(gone: ReadonlyArray<Entry>, answer?: Answer<Queued>): void {
    const keys = new Set(gone.map(({ key }) => key))
    const left = this.entries.filter(({ key }) => !keys.has(key))
    this.#keep(answer === undefined ? left : left.map((entry) => follows(entry, gone[0]!, answer)))
  }

  #keep(entries: Array<Entry>): void {
    if (this.#options.store === undefined) this.#kept = entries
    else this.#options.store.setItem(this.#name, JSON.stringify(entries))
  }

  #read(store: QueueStore): Array<Entry> {
    try {
      const entries: unknown = JSON.parse(store.getItem(this.#name) ?? "[]")
      if (!Array.isArray(entries)) return []
      return entries.filter(({ key, at }) => typeof key === "string" && at > Date.now() - OLDEST_MS).slice(-MOST_QUEUED)
    } catch {
      return []
    }
  }
}
