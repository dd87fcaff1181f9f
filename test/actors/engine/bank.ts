/** A small kind for the engine's tests (an account with a ledger), and a log and a store that misbehave on command. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Host } from "../../../src/actors/engine/core.ts"
import type { ActorKind, Decision, Loaded, TurnContext } from "../../../src/actors/engine/kind.ts"

export interface Ledger {
  readonly seq: number
  readonly entries: ReadonlyArray<string>
  readonly notes: number
}

export type Command =
  | { readonly _tag: "Add"; readonly entry: string; readonly task?: string }
  | { readonly _tag: "Read" }
  | { readonly _tag: "Note" }
  | { readonly _tag: "Advise"; readonly task?: string }
  | { readonly _tag: "Poison" }
  | { readonly _tag: "CrashOnce"; readonly entry: string }

export interface Event {
  readonly seq: number
  readonly entry: string
}

export interface Bank {
  State: Ledger
  Command: Command
  Event: Event
  Record: string
  Reply: { readonly seq: number; readonly entries: ReadonlyArray<string>; readonly notes: number }
  Task: string
}

/** Keeps what was made durable; `sync` plays one group commit, and until then nothing is told. */
export class Disk {
  readonly durable = new Map<string, Array<Event>>()
  readonly records: Array<string> = []
  readonly #waiting: Array<{ key: string; events: ReadonlyArray<Event>; settled: (failure?: unknown) => void }> = []
  full = false
  immediate = false
  loads = 0
  live = new Map<string, number>()
  /** Most loads of one key that were ever under way together. */
  mostConcurrentLoads = 0
  storageDown = false
  available = true
  snapshots = new Map<string, Ledger>()
  /** While set, loads wait for it. */
  gate: Promise<void> | undefined = undefined

  append(
    key: string,
    events: ReadonlyArray<Event>,
    records: ReadonlyArray<string>,
    settled: (failure?: unknown) => void
  ) {
    if (this.full) throw new Error("no space left on device")
    this.records.push(...records)
    this.#waiting.push({ key, events, settled })
    if (this.immediate) this.sync()
  }

  get unsynced(): number {
    return this.#waiting.length
  }

  sync(): void {
    for (const { key, events, settled } of this.#waiting.splice(0)) {
      const kept = this.durable.get(key) ?? []
      kept.push(...events)
      this.durable.set(key, kept)
      settled()
    }
  }

  /** Makes loads wait until the returned function is called. */
  close(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.gate = promise
    return resolve
  }

  /** Power loss: what was not synced is gone, and nobody hears of it. */
  lose(): void {
    this.#waiting.length = 0
    this.live = new Map()
  }

  /** The sync failed; the bytes may be gone or may have reached the disk all the same. */
  fail(kept = false): void {
    for (const { key, events, settled } of this.#waiting.splice(0)) {
      if (kept) this.durable.set(key, [...(this.durable.get(key) ?? []), ...events])
      settled(new Error("fdatasync: input/output error"))
    }
  }

  load(key: string): Effect.Effect<Loaded<Ledger, Event>, Error> {
    return Effect.gen({ self: this }, function* () {
      this.loads++
      const gate = this.gate
      const live = this.live
      live.set(key, (live.get(key) ?? 0) + 1)
      this.mostConcurrentLoads = Math.max(this.mostConcurrentLoads, live.get(key)!)
      const waited = gate === undefined ? Effect.yieldNow : Effect.promise(() => gate)
      yield* Effect.ensuring(
        waited,
        Effect.sync(() => live.set(key, live.get(key)! - 1))
      )
      if (this.storageDown) return yield* Effect.fail(new Error("the database does not answer"))
      const snapshot = this.snapshots.get(key)
      const events = (this.durable.get(key) ?? []).filter((event) => event.seq > (snapshot?.seq ?? 0))
      return { snapshot, events }
    })
  }
}

export const bank = (disk: Disk, extra: Partial<ActorKind<Bank>> = {}): ActorKind<Bank> & { crashed: Set<string> } => {
  const crashed = new Set<string>()
  const decide = (state: Ledger, command: Command, _context: TurnContext): Decision<Bank> => {
    switch (command._tag) {
      case "Add": {
        const event = { seq: state.seq + 1, entry: command.entry }
        const reply = { seq: event.seq, entries: [...state.entries, command.entry], notes: state.notes }
        return { reply, events: [event], ...(command.task === undefined ? {} : { tasks: [command.task] }) }
      }
      case "CrashOnce": {
        if (!crashed.has(command.entry)) {
          crashed.add(command.entry)
          throw new Error(`stumbled over ${command.entry}`)
        }
        return decide(state, { _tag: "Add", entry: command.entry }, _context)
      }
      case "Read":
        return { reply: state }
      case "Note":
        return { reply: state, transient: [{ seq: 0, entry: "" }] }
      case "Advise":
        return {
          reply: state,
          advice: true,
          records: ["advice"],
          ...(command.task === undefined ? {} : { tasks: [command.task] })
        }
      case "Poison":
        throw new Error("poisoned")
    }
  }
  return {
    name: "bank",
    crashed,
    initial: () => ({ seq: 0, entries: [], notes: 0 }),
    evolve: (state, event) => {
      if (event.seq === 0) return { ...state, notes: state.notes + 1 }
      if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} after ${state.seq}`)
      return { ...state, seq: event.seq, entries: [...state.entries, event.entry] }
    },
    decide,
    describe: (command) => command._tag,
    sizeOf: (state) => 100 + state.entries.length * 20,
    storage: {
      load: (key) => disk.load(key),
      saveSnapshot: (key, state) => Effect.sync(() => void disk.snapshots.set(key, state)),
      available: () => disk.available
    },
    log: { append: (key, events, records, settled) => disk.append(key, events, records, settled) },
    ...extra
  }
}

/** A clock that stands still until it is told the time; who sleeps is woken then, in order. */
class HandClock implements Clock.Clock {
  time: number
  #asleep: Array<{ readonly at: number; readonly wake: () => void }> = []
  constructor(time: number) {
    this.time = time
  }
  currentTimeMillisUnsafe = () => this.time
  currentTimeNanosUnsafe = () => BigInt(this.time) * 1_000_000n
  monotonicTimeNanosUnsafe = () => this.currentTimeNanosUnsafe()
  currentTimeMillis = Effect.sync(() => this.time)
  currentTimeNanos = Effect.sync(() => this.currentTimeNanosUnsafe())
  monotonicTimeNanos = Effect.sync(() => this.monotonicTimeNanosUnsafe())
  sleep = (duration: Duration.Duration) =>
    Effect.callback<void>((resume) => {
      const one = { at: this.time + Duration.toMillis(duration), wake: () => resume(Effect.void) }
      this.#asleep.push(one)
      return Effect.sync(() => {
        this.#asleep = this.#asleep.filter((other) => other !== one)
      })
    })
  pass(millis: number): void {
    this.time += millis
    const due = this.#asleep.filter(({ at }) => at <= this.time).sort((one, other) => one.at - other.at)
    this.#asleep = this.#asleep.filter((one) => !due.includes(one))
    for (const { wake } of due) wake()
  }
}

/** A process whose clock stands still until it is told the time. */
export class FakeHost implements Host {
  readonly clock: HandClock
  readonly alerts: Array<string> = []
  readonly scope = Scope.makeUnsafe()
  readonly #fork: Host["fork"]
  #ids = 0
  constructor(time = 1_000_000) {
    this.clock = new HandClock(time)
    this.#fork = Effect.runForkWith(Context.make(Clock.Clock, this.clock))
  }
  get time(): number {
    return this.clock.time
  }
  /** By how much the time of day was set, while time went on as ever. */
  skew = 0
  now = () => this.time + this.skew
  elapsed = () => this.time
  id = () => `id-${++this.#ids}`
  fork = <A, E>(effect: Effect.Effect<A, E>) => this.#fork(effect)
  defer = (work: () => void) => void setImmediate(work)
  alert = (alert: { event: string; key: string }) => void this.alerts.push(`${alert.event} ${alert.key}`)
}

/** Lets everything that is ready to run, run. */
export const breathe = async (turns = 4): Promise<void> => {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}
