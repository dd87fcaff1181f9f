/**
 * The actor engine for one kind: one activation per key, one command at a time, bounded waiting, and nothing told
 * to anybody before it is durable. A command to an idle actor runs on the caller's stack; only contention queues.
 */
import * as Effect from "effect/Effect"
import { type ActorError, isActorError } from "../../domain/actor-errors.ts"
import { Cell, Pending, type Release } from "./cell.ts"
import { Children } from "./children.ts"
import { Counters } from "./counters.ts"
import type { Alert, Host } from "./host.ts"
import type { ActorKind, Decision, Limits, Types } from "./kind.ts"
import { Recovery } from "./recovery.ts"
import * as refusals from "./refusals.ts"
import { Residency } from "./residency.ts"
import { Supervisor } from "./supervisor.ts"
import { Later, type Timer, TimerWheel } from "./timers.ts"

const NONE: ReadonlyArray<never> = []

export class Engine<T extends Types> {
  readonly kind: ActorKind<T>
  readonly limits: Limits
  readonly counters = new Counters()
  readonly supervisor: Supervisor
  readonly #host: Host
  readonly #wheel: TimerWheel
  readonly #residency: Residency<T>
  readonly #children: Children<T>
  readonly #recovery: Recovery<T>
  readonly #context: { now: number; id: () => string }
  readonly #expire = (pending: Pending<T>) => this.#expired(pending)
  readonly #timerFailed = (timer: Timer, cause: unknown) => this.#timerThrew(timer, cause)
  readonly #adviceSettled = (failure?: unknown) => {
    if (failure !== undefined) this.counters.unloggedAdvice++
  }

  constructor(kind: ActorKind<T>, limits: Limits, host: Host) {
    this.kind = kind
    this.limits = limits
    this.#host = host
    this.#context = { now: 0, id: host.id }
    this.supervisor = new Supervisor(limits)
    this.#wheel = new TimerWheel(host.now())
    this.#children = new Children(kind, limits, this.counters, host, (key, command) => this.ask(key, command))
    this.#residency = new Residency(kind, limits, this.counters, this.supervisor, host, {
      ready: (cell) => this.#activated(cell),
      refuse: (cell, failure) => this.#refuseAll(cell, failure),
      left: (cell) => this.#left(cell),
      stumbled: (key, cause) => this.#recovery.stumbled(key, cause)
    })
    this.#recovery = new Recovery({
      kind,
      limits,
      counters: this.counters,
      supervisor: this.supervisor,
      host,
      wheel: this.#wheel,
      residency: this.#residency,
      children: this.#children,
      answer: (pending, outcome) => this.#answer(pending, outcome),
      refuseAll: (cell, failure) => this.#refuseAll(cell, failure)
    })
  }

  /**
   * Asks without an Effect: the reply or the failure when it is known at once, else a `Pending` to listen to. Costs
   * a synchronous turn, and no allocation beyond the decision's own, when the actor is idle.
   */
  askSync(
    key: string,
    command: T["Command"],
    deadlineMillis = this.limits.deadlineMillis
  ): T["Reply"] | ActorError | Pending<T> {
    const now = this.#host.now()
    let cell = this.#residency.get(key)
    if (cell === undefined) {
      const activation = this.#residency.activate(key, now)
      if (!(activation instanceof Cell)) {
        this.counters.refused++
        return activation
      }
      cell = activation
    }
    cell.lastUsed = now
    this.#residency.touch(cell)
    if (cell.status === "ready" && !cell.busy && cell.mailbox === undefined) {
      const outcome = this.#turn(cell, command, undefined, deadlineMillis, now)
      if (cell.mailbox !== undefined) this.#drainSoon(cell)
      return outcome
    }
    if (cell.waiting >= this.limits.mailboxCapacity) {
      return this.#full(key)
    }
    const pending = this.#pending(cell.key, command, deadlineMillis, now)
    pending.cell = cell
    if (cell.mailbox === undefined) cell.mailbox = [pending]
    else cell.mailbox.push(pending)
    this.counters.waiting++
    return pending
  }

  /** `askSync` as an Effect. Interrupting it takes a command that has not started out of the mailbox. */
  ask(key: string, command: T["Command"], deadlineMillis?: number): Effect.Effect<T["Reply"], ActorError> {
    return Effect.suspend(() => {
      const outcome = this.askSync(key, command, deadlineMillis)
      if (!(outcome instanceof Pending)) {
        return isActorError(outcome) ? Effect.fail(outcome) : Effect.succeed(outcome)
      }
      return Effect.callback<T["Reply"], ActorError>((resume) => {
        outcome.onSettled((settled) => resume(isActorError(settled) ? Effect.fail(settled) : Effect.succeed(settled)))
        return Effect.sync(() => this.cancel(outcome))
      })
    })
  }

  /** Takes a command that has not started out of the mailbox; one that has started goes on without its listener. */
  cancel(pending: Pending<T>): void {
    this.#wheel.disarm(pending)
    if (pending.cell === undefined) return
    this.#forgetWaiting(pending)
    pending.settle(refusals.timedOut(this.kind.name, pending.key, "not_run"))
  }

  /** The state of a resident actor, for looking at only; undefined while it is not resident or not ready. */
  peek(key: string): T["State"] | undefined {
    const cell = this.#residency.get(key)
    return cell !== undefined && cell.status === "ready" ? cell.state : undefined
  }

  get resident(): number {
    return this.#residency.size
  }

  get residency(): Residency<T> {
    return this.#residency
  }

  /** Timers, passivation and forgetting; called every few milliseconds. */
  tick(): void {
    const now = this.#host.now()
    this.#wheel.advance(now, this.#timerFailed)
    this.#residency.sweep(now)
  }

  #turn(
    cell: Cell<T>,
    command: T["Command"],
    queued: Pending<T> | undefined,
    deadlineMillis: number,
    now: number
  ): T["Reply"] | ActorError | Pending<T> {
    const kind = this.kind
    const before = cell.state
    const started = performance.now()
    this.#context.now = now
    cell.busy = true
    let decision: Decision<T>
    let next = before
    try {
      decision = kind.decide(before, command, this.#context)
      if (decision.events !== undefined) for (const event of decision.events) next = kind.evolve(next, event)
      if (decision.transient !== undefined) for (const event of decision.transient) next = kind.evolve(next, event)
    } catch (cause) {
      cell.busy = false
      return this.#recovery.crashed(cell, queued ?? this.#pending(cell.key, command, deadlineMillis, now), cause)
    }
    const events = decision.events ?? NONE
    const records = decision.records ?? NONE
    const advice = decision.advice === true && events.length === 0
    const appends = !advice && (events.length > 0 || records.length > 0)
    const immediate = advice || (!appends && cell.releases === undefined)
    let outcome: T["Reply"] | Pending<T> = decision.reply
    cell.state = next
    if (cell.releases === undefined && !appends) cell.durable = next
    if (advice && records.length > 0) this.#logAdvice(cell.key, records)
    if (!immediate && (cell.releases?.length ?? 0) >= this.limits.mailboxCapacity) {
      cell.state = before
      cell.busy = false
      return this.#full(cell.key)
    }
    if (!immediate) {
      const pending = queued ?? this.#pending(cell.key, command, deadlineMillis, now)
      outcome = pending
      const release: Release<T> = {
        durable: !appends,
        pending,
        reply: decision.reply,
        events,
        tasks: decision.tasks,
        state: next
      }
      if (cell.releases === undefined) cell.releases = [release]
      else cell.releases.push(release)
      if (appends) {
        try {
          kind.log.append(cell.key, events, records, (failure) => this.#settled(cell, release, failure))
        } catch (refusal) {
          cell.releases.pop()
          if (cell.releases.length === 0) cell.releases = undefined
          cell.state = before
          cell.busy = false
          this.#wheel.disarm(pending)
          this.counters.refused++
          return refusals.writeRefused(kind.name, cell.key, refusal)
        }
      }
    }
    cell.eventsSinceSnapshot += events.length
    if (next !== before && cell.status === "ready") this.#changed(cell)
    this.counters.turn(performance.now() - started)
    if (immediate && decision.tasks !== undefined) this.#children.perform(cell, decision.tasks)
    cell.busy = false
    if (cell.releases !== undefined && cell.releases[0]!.durable) this.#flush(cell)
    return outcome
  }

  /** As many may wait for the disk as for their turn. */
  #full(key: string): ActorError {
    this.counters.refused++
    return refusals.mailboxFull(this.kind.name, key, this.limits.mailboxCapacity)
  }

  /** Nobody waits for the log of advice, and nobody is turned away because it cannot be written: it is counted. */
  #logAdvice(key: string, records: ReadonlyArray<T["Record"]>): void {
    try {
      this.kind.log.append(key, NONE, records, this.#adviceSettled, "soon")
    } catch {
      this.counters.unloggedAdvice++
    }
  }

  /** Runs what waits in the mailbox, in slices. */
  #drain(cell: Cell<T>): void {
    if (cell.draining) return
    cell.draining = true
    let turns = 0
    while (cell.mailbox !== undefined && cell.status === "ready" && !cell.busy) {
      if (turns++ === this.limits.turnsPerSlice) {
        cell.draining = false
        this.#drainSoon(cell)
        return
      }
      const pending = cell.mailbox.shift()!
      if (cell.mailbox.length === 0) cell.mailbox = undefined
      this.counters.waiting--
      pending.cell = undefined
      const outcome = this.#turn(cell, pending.command, pending, 0, this.#host.now())
      if (!(outcome instanceof Pending)) this.#answer(pending, outcome)
    }
    cell.draining = false
    this.#residency.dropIfVacant(cell)
  }

  #drainSoon(cell: Cell<T>): void {
    this.#host.defer(() => this.#drain(cell))
  }

  /** An append came to its end. */
  #settled(cell: Cell<T>, release: Release<T>, failure: unknown) {
    if (failure !== undefined) return this.#recovery.writeFailed(cell, release, failure)
    release.durable = true
    if (!cell.busy) this.#flush(cell)
  }

  /** Lets go of everything that is durable, in order. What a listener asks meanwhile queues behind it. */
  #flush(cell: Cell<T>): void {
    const releases = cell.releases
    if (releases === undefined) return
    cell.busy = true
    let done = 0
    while (done < releases.length && releases[done]!.durable) {
      const release = releases[done++]!
      cell.durable = release.state
      if (release.events.length > 0) this.#published(cell, release)
      this.#answer(release.pending, release.reply)
      if (release.tasks !== undefined) this.#children.perform(cell, release.tasks)
    }
    if (done === releases.length) {
      cell.releases = undefined
      cell.durable = cell.state
    } else releases.splice(0, done)
    cell.busy = false
    if (cell.mailbox !== undefined) this.#drain(cell)
  }

  #published(cell: Cell<T>, release: Release<T>): void {
    if (this.kind.publish !== undefined) {
      try {
        this.kind.publish(cell.key, release.events, release.state)
      } catch (cause) {
        this.#alert(cell.key, "publish_failed", cause)
      }
    }
    if (cell.eventsSinceSnapshot >= this.limits.snapshotEvery) {
      cell.eventsSinceSnapshot = 0
      this.#children.fork(
        cell,
        Effect.suspend(() => this.kind.storage.saveSnapshot(cell.key, release.state))
      )
    }
  }

  #activated(cell: Cell<T>): void {
    this.#changed(cell)
    try {
      const tasks = this.kind.activated?.(cell.key, cell.state, this.#host.now())
      if (tasks !== undefined) this.#children.perform(cell, tasks)
    } catch (cause) {
      this.#recovery.stumbled(cell.key, cause)
    }
    this.#drain(cell)
  }

  #changed(cell: Cell<T>): void {
    try {
      this.#residency.weigh(cell)
      this.#wakeLater(cell)
    } catch (cause) {
      this.#recovery.stumbled(cell.key, cause)
    }
  }

  #wakeLater(cell: Cell<T>): void {
    const { wake, wakeAt } = this.kind
    if (wakeAt === undefined || wake === undefined) return
    const at = wakeAt(cell.state)
    if (at === undefined) {
      if (cell.wake !== undefined) this.#wheel.disarm(cell.wake)
      return
    }
    if (cell.wake === undefined) cell.wake = new Later(cell.key, () => void this.askSync(cell.key, wake()))
    this.#wheel.arm(cell.wake, at)
  }

  #left(cell: Cell<T>): void {
    if (cell.wake !== undefined) this.#wheel.disarm(cell.wake)
    this.#children.interrupt(cell)
  }

  #pending(key: string, command: T["Command"], deadlineMillis: number, now: number): Pending<T> {
    const pending = new Pending<T>(key, command, this.#expire)
    this.#wheel.arm(pending, now + deadlineMillis)
    return pending
  }

  #answer(pending: Pending<T>, outcome: T["Reply"] | ActorError): void {
    this.#wheel.disarm(pending)
    try {
      pending.settle(outcome)
    } catch (cause) {
      this.#alert(pending.key, "publish_failed", cause)
    }
  }

  #expired(pending: Pending<T>): void {
    this.counters.timeouts++
    const waiting = pending.cell !== undefined
    if (waiting) this.#forgetWaiting(pending)
    this.#answer(pending, refusals.timedOut(this.kind.name, pending.key, waiting ? "not_run" : "unknown"))
  }

  /** Whoever waits for it is told all the same. */
  #timerThrew(timer: Timer, cause: unknown): void {
    this.#recovery.stumbled(timer.key, cause)
    if (timer instanceof Pending) {
      this.#answer(timer, refusals.unavailable(this.kind.name, String(timer.key), cause))
    }
  }

  #forgetWaiting(pending: Pending<T>): void {
    const cell = pending.cell
    pending.cell = undefined
    const at = cell?.mailbox?.indexOf(pending) ?? -1
    if (cell?.mailbox === undefined || at < 0) return
    cell.mailbox.splice(at, 1)
    if (cell.mailbox.length === 0) cell.mailbox = undefined
    this.counters.waiting--
  }

  #refuseAll(cell: Cell<T>, failure: ActorError): void {
    const mailbox = cell.mailbox
    cell.mailbox = undefined
    if (mailbox === undefined) return
    this.counters.waiting -= mailbox.length
    for (const pending of mailbox) {
      pending.cell = undefined
      this.#answer(pending, failure)
    }
  }

  #alert(key: string, event: Alert["event"], cause: unknown): void {
    this.#host.alert({ kind: this.kind.name, key, event, cause: refusals.causeText(cause) })
  }
}
