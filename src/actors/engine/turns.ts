/** One command at a time: the turn, what waits for it, and what waits for the disk after it. */
import * as Effect from "effect/Effect"
import { type ActorError, isActorError } from "../../domain/actor-errors.ts"
import { type Cell, Pending, type Release } from "./cell.ts"
import type { Core } from "./core.ts"
import type { Decision, Self, Types } from "./kind.ts"
import { type Lives, WriteLost } from "./life.ts"
import * as refusals from "./refusals.ts"
import type { Residency } from "./residency.ts"

const NONE: ReadonlyArray<never> = []

type Ask<T extends Types> = (key: string, command: T["Command"]) => Effect.Effect<T["Reply"], unknown>
type Outcome<T extends Types> = T["Reply"] | ActorError | Pending<T>

export class Turns<T extends Types> {
  readonly #core: Core<T>
  readonly #lives: Lives<T>
  readonly #residency: Residency<T>
  readonly #ask: Ask<T>
  readonly #context: { now: number; id: () => string }
  readonly #expire = (pending: Pending<T>) => this.#expired(pending)
  readonly #adviceSettled = (failure?: unknown) => {
    if (failure !== undefined) this.#core.counters.unloggedAdvice++
  }

  constructor(core: Core<T>, lives: Lives<T>, residency: Residency<T>, ask: Ask<T>) {
    this.#core = core
    this.#lives = lives
    this.#residency = residency
    this.#ask = ask
    this.#context = { now: 0, id: core.host.id }
  }

  /** An idle actor is asked on the caller's stack. */
  ask(cell: Cell<T>, command: T["Command"], deadlineMillis: number): Outcome<T> {
    const outcome = this.#turn(cell, command, undefined, deadlineMillis)
    if (cell.mailbox !== undefined) this.#drainSoon(cell)
    return outcome
  }

  /** It was loaded: what its kind does with that comes before what waits. */
  ready(cell: Cell<T>): void {
    const { host, kind } = this.#core
    this.#changed(cell)
    try {
      const tasks = kind.activated?.(cell.key, cell.state, host.now())
      if (tasks !== undefined) this.#perform(cell, tasks)
    } catch (cause) {
      this.stumbled(cell, cause)
    }
    this.#drain(cell)
  }

  pending(key: string, command: T["Command"], deadlineMillis: number): Pending<T> {
    const pending = new Pending<T>(key, command, this.#expire)
    this.#core.deadlines.arm(pending, this.#core.host.elapsed() + deadlineMillis)
    return pending
  }

  enqueue(cell: Cell<T>, pending: Pending<T>, first = false): Pending<T> {
    pending.cell = cell
    cell.mailbox ??= []
    if (first) cell.mailbox.unshift(pending)
    else cell.mailbox.push(pending)
    this.#core.counters.waiting++
    return pending
  }

  /** Takes a command that has not started out of the mailbox; one that has started goes on without its listener. */
  cancel(pending: Pending<T>): void {
    if (this.#dequeue(pending)) this.answer(pending, this.#timedOut(pending, "not_run"))
    else this.#core.deadlines.disarm(pending)
  }

  answer(pending: Pending<T>, outcome: T["Reply"] | ActorError): void {
    this.#core.deadlines.disarm(pending)
    try {
      pending.settle(outcome)
    } catch (cause) {
      this.#core.alert(pending.key, "publish_failed", cause)
    }
  }

  refuseAll(cell: Cell<T>, failure: ActorError): void {
    for (const pending of [...(cell.mailbox ?? NONE)]) {
      this.#dequeue(pending)
      this.answer(pending, failure)
    }
  }

  /** As many may wait for the disk as for their turn. */
  full(key: string): ActorError {
    this.#core.counters.refused++
    return refusals.mailboxFull(this.#core.kind.name, key, this.#core.limits.mailboxCapacity)
  }

  /** What an actor brought along threw outside of a decision: no command is to blame, and that actor alone starts over. */
  stumbled(cell: Cell<T>, cause: unknown): void {
    if (cell.status === "ready") this.#lives.crash(cell, cause)
    else this.#core.alert(cell.key, "crashed", cause)
  }

  #turn(cell: Cell<T>, command: T["Command"], queued: Pending<T> | undefined, deadlineMillis: number): Outcome<T> {
    const { counters, host, kind, limits } = this.#core
    const before = cell.state
    const started = host.elapsed()
    this.#context.now = host.now()
    cell.busy = true
    let decision: Decision<T>
    let next = before
    try {
      decision = kind.decide(before, command, this.#context)
      if (decision.events !== undefined) for (const event of decision.events) next = kind.evolve(next, event)
      if (decision.transient !== undefined) for (const event of decision.transient) next = kind.evolve(next, event)
    } catch (cause) {
      cell.busy = false
      return this.#crashed(cell, queued ?? this.pending(cell.key, command, deadlineMillis), cause)
    }
    const events = decision.events ?? NONE
    const records = decision.records ?? NONE
    const advice = decision.advice === true && events.length === 0
    const appends = !advice && (events.length > 0 || records.length > 0)
    const immediate = advice || (!appends && cell.releases === undefined)
    let outcome: Outcome<T> = decision.reply
    cell.state = next
    if (!appends && cell.releases === undefined) cell.durable = next
    if (advice && records.length > 0) this.#logAdvice(cell.key, records)
    if (!immediate) {
      if ((cell.releases?.length ?? 0) >= limits.mailboxCapacity) {
        return this.#undone(cell, before, this.full(cell.key))
      }
      const pending = queued ?? this.pending(cell.key, command, deadlineMillis)
      outcome = pending
      const { reply, tasks } = decision
      const refusal = this.#release(cell, { durable: !appends, pending, reply, events, tasks, state: next }, records)
      if (refusal !== undefined) return this.#undone(cell, before, refusal)
    }
    cell.eventsSinceSnapshot += events.length
    if (next !== before && cell.status === "ready") this.#changed(cell)
    counters.turn(host.elapsed() - started)
    if (immediate && decision.tasks !== undefined) this.#perform(cell, decision.tasks)
    cell.busy = false
    if (cell.releases !== undefined && cell.releases[0]!.durable) this.#flush(cell)
    return outcome
  }

  #undone(cell: Cell<T>, before: T["State"], refusal: ActorError): ActorError {
    cell.state = before
    cell.busy = false
    return refusal
  }

  /** Puts a decision in line for the disk; a log that takes nothing leaves the actor as it was. */
  #release(cell: Cell<T>, release: Release<T>, records: ReadonlyArray<T["Record"]>): ActorError | undefined {
    const { counters, deadlines, kind } = this.#core
    const { durable, events, pending } = release
    cell.releases ??= []
    cell.releases.push(release)
    if (durable) return undefined
    try {
      kind.log.append(cell.key, events, records, (failure) => this.#settled(cell, release, failure))
      return undefined
    } catch (refusal) {
      cell.releases.pop()
      if (cell.releases.length === 0) cell.releases = undefined
      deadlines.disarm(pending)
      counters.refused++
      return refusals.writeRefused(kind.name, cell.key, refusal)
    }
  }

  /** Nobody waits for the log of advice, and nobody is turned away because it cannot be written: it is counted. */
  #logAdvice(key: string, records: ReadonlyArray<T["Record"]>): void {
    try {
      this.#core.kind.log.append(key, NONE, records, this.#adviceSettled, "soon")
    } catch {
      this.#core.counters.unloggedAdvice++
    }
  }

  /** Runs what waits in the mailbox, in slices. */
  #drain(cell: Cell<T>): void {
    if (cell.draining) return
    cell.draining = true
    let turns = 0
    while (cell.mailbox !== undefined && cell.status === "ready" && !cell.busy) {
      if (turns++ === this.#core.limits.turnsPerSlice) {
        cell.draining = false
        this.#drainSoon(cell)
        return
      }
      const pending = cell.mailbox[0]!
      this.#dequeue(pending)
      const outcome = this.#turn(cell, pending.command, pending, 0)
      if (!(outcome instanceof Pending)) this.answer(pending, outcome)
    }
    cell.draining = false
    this.#residency.dropIfVacant(cell)
  }

  #drainSoon(cell: Cell<T>): void {
    this.#core.host.defer(() => this.#drain(cell))
  }

  /** An append came to its end. */
  #settled(cell: Cell<T>, release: Release<T>, failure: unknown) {
    if (failure !== undefined) return this.#writeFailed(cell, release, failure)
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
      this.answer(release.pending, release.reply)
      if (release.tasks !== undefined) this.#perform(cell, release.tasks)
    }
    if (done === releases.length) {
      cell.releases = undefined
      cell.durable = cell.state
    } else releases.splice(0, done)
    cell.busy = false
    if (cell.releases === undefined) cell.settled?.()
    if (cell.mailbox !== undefined) this.#drain(cell)
  }

  #published(cell: Cell<T>, { events, state }: Release<T>): void {
    const { kind, limits } = this.#core
    try {
      kind.publish?.(cell.key, events, state)
    } catch (cause) {
      this.#core.alert(cell.key, "publish_failed", cause)
    }
    if (cell.eventsSinceSnapshot < limits.snapshotEvery) return
    cell.eventsSinceSnapshot = 0
    const save = Effect.suspend(() => kind.storage.saveSnapshot(cell.key, state))
    this.#lives.child(cell, "snapshot", save)
  }

  /** Its size and its next wake-up are those of its new state. */
  #changed(cell: Cell<T>): void {
    const { kind, wakeUps } = this.#core
    try {
      this.#residency.weigh(cell)
      const at = kind.wakeAt?.(cell.state)
      if (at === undefined) wakeUps.disarm(cell)
      else wakeUps.arm(cell, at)
    } catch (cause) {
      this.stumbled(cell, cause)
    }
  }

  /** Woken up: what was refused is tried again, what is still to come is not forgotten, and what came in vain is not asked for again. */
  woken(cell: Cell<T>, outcome: T["Reply"] | ActorError): void {
    if (cell.status !== "ready" || cell.due !== undefined) return
    const { host, kind, limits, wakeUps } = this.#core
    try {
      const at = kind.wakeAt?.(cell.state)
      if (at === undefined) return
      const now = host.now()
      if (isActorError(outcome)) wakeUps.arm(cell, Math.max(at, now + limits.wakeAgainMillis))
      else if (at > now) wakeUps.arm(cell, at)
    } catch (cause) {
      this.stumbled(cell, cause)
    }
  }

  #perform(cell: Cell<T>, tasks: ReadonlyArray<T["Task"]>): void {
    const { kind } = this.#core
    const self: Self<T> = { ask: (command) => this.#ask(cell.key, command) }
    for (const task of tasks) {
      try {
        const effect = kind.perform?.(cell.key, task, self)
        if (effect !== undefined) this.#lives.child(cell, "task", effect)
      } catch (cause) {
        this.#core.alert(cell.key, "task_failed", cause)
      }
    }
  }

  /** A turn threw. The command is tried once more in the next life; crashing again parks it. */
  #crashed(cell: Cell<T>, pending: Pending<T>, cause: unknown): Pending<T> {
    const again = ++pending.crashes === 1
    if (again && !pending.settled) this.enqueue(cell, pending, true)
    this.#lives.crash(cell, cause)
    if (!again) this.#park(pending, refusals.causeText(cause))
    return pending
  }

  #park(pending: Pending<T>, cause: string): void {
    const { counters, host, kind, supervisor } = this.#core
    const { key } = pending
    let command = "that cannot be described"
    try {
      command = kind.describe(pending.command)
    } catch {
      // It stays without a name.
    }
    counters.quarantined++
    supervisor.park({ key, command, cause, at: host.now() })
    this.#core.alert(key, "quarantined", `${command}: ${cause}`)
    this.answer(pending, refusals.quarantined(kind.name, key, command, cause))
  }

  /** Nothing after a failed write is known to be durable: fail it all, then start over from what is. */
  #writeFailed(cell: Cell<T>, release: Release<T>, failure: unknown): void {
    const releases = cell.releases ?? []
    const from = releases.indexOf(release)
    if (from < 0) return
    cell.releases = from === 0 ? undefined : releases.slice(0, from)
    cell.state = from === 0 ? cell.durable : releases[from - 1]!.state
    cell.tainted = true
    this.#core.alert(cell.key, "write_failed", failure)
    if (cell.status === "ready") this.#lives.crash(cell, new WriteLost())
    else if (cell.releases === undefined) cell.settled?.()
    for (const lost of releases.slice(from)) {
      this.answer(lost.pending, refusals.writeFailed(this.#core.kind.name, cell.key, failure))
    }
  }

  #expired(pending: Pending<T>): void {
    this.#core.counters.timeouts++
    this.answer(pending, this.#timedOut(pending, this.#dequeue(pending) ? "not_run" : "unknown"))
  }

  #timedOut(pending: Pending<T>, outcome: "not_run" | "unknown"): ActorError {
    return refusals.timedOut(this.#core.kind.name, pending.key, outcome)
  }

  /** Takes a command out of the mailbox that it waits in; false if it waits in none. */
  #dequeue(pending: Pending<T>): boolean {
    const { cell } = pending
    const at = cell?.mailbox?.indexOf(pending) ?? -1
    pending.cell = undefined
    if (cell?.mailbox === undefined || at < 0) return false
    cell.mailbox.splice(at, 1)
    if (cell.mailbox.length === 0) cell.mailbox = undefined
    this.#core.counters.waiting--
    return true
  }
}
