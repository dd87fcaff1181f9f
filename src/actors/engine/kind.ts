/**
 * What one kind of actor brings to the engine: a pure decider, where its state comes from and where its events go.
 */
import type * as Effect from "effect/Effect"

/** The types that make up a kind. */
export interface Types {
  State: unknown
  Command: unknown
  Event: unknown
  /** Journal entries beside the events. */
  Record: unknown
  Reply: unknown
  Task: unknown
}

/** What a turn may know beyond state and command. The engine reuses one object: read it, never keep it. */
export interface TurnContext {
  /** Unix milliseconds at the start of the turn. */
  readonly now: number
  /** A fresh version 7 id. */
  readonly id: () => string
}

/** The outcome of a pure decision. Absent lists are empty. */
export interface Decision<T extends Types> {
  readonly reply: T["Reply"]
  /** Change the state, go to the journal, and come back at the next activation. */
  readonly events?: ReadonlyArray<T["Event"]>
  /** Go to the journal in one piece with the events and change no state. */
  readonly records?: ReadonlyArray<T["Record"]>
  /** Change the state in memory only: what may be derived again or lost in a crash. */
  readonly transient?: ReadonlyArray<T["Event"]>
  /** Side effects, started when everything up to this decision is durable. */
  readonly tasks?: ReadonlyArray<T["Task"]>
  /**
   * The reply and the tasks are advice: they leave at once, whatever becomes of the records, which a crash may lose.
   * Never together with events.
   */
  readonly advice?: true
}

/** What activation finds: the newest snapshot (or none) and every event after it, the not yet drained ones too. */
export interface Loaded<State, Event> {
  readonly snapshot: State | undefined
  readonly events: ReadonlyArray<Event>
}

/** Where an actor's state comes from. Loading retries and times out by itself; the engine asks once per activation. */
export interface ActorStorage<State, Event> {
  readonly load: (key: string) => Effect.Effect<Loaded<State, Event>, unknown>
  /** Off every path. An older snapshot never replaces a newer one. */
  readonly saveSnapshot: (key: string, state: State) => Effect.Effect<void, unknown>
  /** While false nobody is passivated: what leaves memory could not come back. */
  readonly available: () => boolean
}

/** Where an actor's events go. */
export interface ActorLog<Event, Record> {
  /**
   * Takes the events and records in one piece, or throws and takes nothing. Calls `settled` exactly once, in the
   * order of the appends: without a failure once they are durable, with one when they will never be. `soon` says that
   * nobody waits for it.
   */
  readonly append: (
    key: string,
    events: ReadonlyArray<Event>,
    records: ReadonlyArray<Record>,
    settled: (failure?: unknown) => void,
    urgency?: "now" | "soon"
  ) => void
}

export interface ActorKind<T extends Types> {
  readonly name: string
  readonly storage: ActorStorage<T["State"], T["Event"]>
  readonly log: ActorLog<T["Event"], T["Record"]>
  /** The state before the first event. */
  readonly initial: (key: string) => T["State"]
  /** Pure. A state is never changed in place: pending releases and snapshots hold on to it. */
  readonly evolve: (state: T["State"], event: T["Event"]) => T["State"]
  /** Pure and synchronous; throwing is a crash. Refusals that a caller should see are replies. */
  readonly decide: (state: T["State"], command: T["Command"], context: TurnContext) => Decision<T>
  /** A short label without personal data, for operators. */
  readonly describe: (command: T["Command"]) => string
  /** Bytes that this state holds on to, near enough for the memory budget. */
  readonly sizeOf: (state: T["State"]) => number
  /** A pinned actor is never passivated. */
  readonly pinned?: (state: T["State"], now: number) => boolean
  /** Nothing worth staying resident for, such as a key that names nothing. */
  readonly vacant?: (state: T["State"]) => boolean
  /** When the actor wants to be woken, in Unix milliseconds, and the command that wakes it. */
  readonly wakeAt?: (state: T["State"]) => number | undefined
  readonly wake?: () => T["Command"]
  /** Runs a task. What takes time is an Effect, forked as a child of the actor; it reports back with `ask`. */
  readonly perform?: (key: string, task: T["Task"], self: Self<T>) => Effect.Effect<void, unknown> | void
  /** Called in order, once the events are durable, with the state after them. */
  readonly publish?: (key: string, events: ReadonlyArray<T["Event"]>, state: T["State"]) => void
  /** The actor became resident or was reloaded. The tasks are started at once. */
  readonly activated?: (key: string, state: T["State"], now: number) => ReadonlyArray<T["Task"]>
  /** Begins what reaches the actor without being asked, such as the news of its city; the returned function ends it. */
  readonly feeds?: (key: string, state: () => T["State"]) => () => void
}

/** How an actor's own children speak to it. */
export interface Self<T extends Types> {
  readonly ask: (command: T["Command"]) => Effect.Effect<T["Reply"], unknown>
}

/** Bounds of one kind; `DEFAULT_LIMITS` says what is reasonable for most. */
export interface Limits {
  /** Commands that may wait for one actor. */
  readonly mailboxCapacity: number
  /** Time to answer a command, unless the caller gives another. */
  readonly deadlineMillis: number
  /** An actor that nobody asked for this long leaves memory. */
  readonly idleMillis: number
  /** Past this many bytes of state the least recently used leave memory. */
  readonly memoryBytes: number
  /** Actors resident or loading at most. */
  readonly maxResident: number
  /** Activations that load at the same time. */
  readonly activationConcurrency: number
  /** Restarts within `restartWindowMillis` after which the actor is stopped. */
  readonly maxRestarts: number
  readonly restartWindowMillis: number
  readonly backoffMillis: number
  readonly maxBackoffMillis: number
  /** How long a stopped actor stays stopped unless an operator revives it. */
  readonly stoppedMillis: number
  /** Events after which a snapshot is written. */
  readonly snapshotEvery: number
  /** A child task that has not ended by then is interrupted. */
  readonly taskMillis: number
  /** When a wake-up that was refused is tried again. */
  readonly wakeAgainMillis: number
  /** Queued turns that one actor runs before it lets the event loop go on. */
  readonly turnsPerSlice: number
  /** Quarantined commands kept for operators; the oldest goes first. */
  readonly quarantineCapacity: number
}

export const DEFAULT_LIMITS: Limits = {
  mailboxCapacity: 256,
  deadlineMillis: 5_000,
  idleMillis: 10 * 60_000,
  memoryBytes: 2 * 1024 ** 3,
  maxResident: 200_000,
  activationConcurrency: 16,
  maxRestarts: 8,
  restartWindowMillis: 60_000,
  backoffMillis: 10,
  maxBackoffMillis: 5_000,
  stoppedMillis: 5 * 60_000,
  snapshotEvery: 64,
  taskMillis: 30_000,
  wakeAgainMillis: 1_000,
  turnsPerSlice: 32,
  quarantineCapacity: 256
}
