/** What happens after a crash or a failed write: back off, read back what is durable, give up on one actor alone. */
import type { ActorError } from "../../domain/actor-errors.ts"
import type { Cell, Pending, Release } from "./cell.ts"
import type { Children } from "./children.ts"
import type { Counters } from "./counters.ts"
import type { Alert, Host } from "./host.ts"
import type { ActorKind, Limits, Types } from "./kind.ts"
import * as refusals from "./refusals.ts"
import type { Residency } from "./residency.ts"
import type { Supervisor } from "./supervisor.ts"
import { Later, type TimerWheel } from "./timers.ts"

/** The parts of the engine that recovery works with. */
export interface Parts<T extends Types> {
  readonly kind: ActorKind<T>
  readonly limits: Limits
  readonly counters: Counters
  readonly supervisor: Supervisor
  readonly host: Host
  readonly wheel: TimerWheel
  readonly residency: Residency<T>
  readonly children: Children<T>
  readonly answer: (pending: Pending<T>, outcome: ActorError) => void
  readonly refuseAll: (cell: Cell<T>, failure: ActorError) => void
}

export class Recovery<T extends Types> {
  readonly #parts: Parts<T>

  constructor(parts: Parts<T>) {
    this.#parts = parts
  }

  /** A turn threw. The command is tried once more after the restart; crashing again parks it. */
  crashed(cell: Cell<T>, pending: Pending<T>, cause: unknown): Pending<T> {
    const text = refusals.causeText(cause)
    this.#parts.counters.crashes++
    pending.crashes++
    this.#alert(cell.key, "crashed", text)
    if (pending.crashes > 1) {
      const label = this.#describe(pending.command)
      this.#parts.counters.quarantined++
      this.#parts.supervisor.park({ key: cell.key, command: label, cause: text, at: this.#parts.host.now() })
      this.#alert(cell.key, "quarantined", `${label}: ${text}`)
      this.#parts.answer(pending, refusals.quarantined(this.#parts.kind.name, cell.key, label, text))
    } else if (!pending.settled) {
      pending.cell = cell
      if (cell.mailbox === undefined) cell.mailbox = [pending]
      else cell.mailbox.unshift(pending)
      this.#parts.counters.waiting++
    }
    this.#restart(cell, text, false)
    return pending
  }

  /** What an actor brought along threw outside of a decision: no command is to blame, and that actor alone starts over. */
  stumbled(key: string, cause: unknown): void {
    this.#parts.counters.crashes++
    this.#alert(key, "crashed", cause)
    const cell = this.#parts.residency.get(key)
    if (cell?.status === "ready") this.#restart(cell, refusals.causeText(cause), false)
  }

  /** Nothing after a failed write is known to be durable: fail it all, then start over from what is. */
  writeFailed(cell: Cell<T>, release: Release<T>, failure: unknown): void {
    const releases = cell.releases
    const from = releases === undefined ? -1 : releases.indexOf(release)
    if (releases === undefined || from < 0) return
    cell.releases = from === 0 ? undefined : releases.slice(0, from)
    cell.state = from === 0 ? cell.durable : releases[from - 1]!.state
    cell.tainted = true
    this.#alert(cell.key, "write_failed", failure)
    if (cell.status === "ready") this.#restart(cell, refusals.causeText(failure), true)
    for (const lost of releases.slice(from)) {
      this.#parts.answer(lost.pending, refusals.writeFailed(this.#parts.kind.name, cell.key, failure))
    }
  }

  #restart(cell: Cell<T>, cause: string, storageFault: boolean): void {
    const now = this.#parts.host.now()
    this.#parts.counters.restarts++
    cell.status = "restarting"
    this.#parts.children.interrupt(cell)
    // A disk that fails is not the actor's fault and never stops it.
    const verdict = storageFault
      ? this.#parts.limits.backoffMillis
      : this.#parts.supervisor.restart(cell.key, cause, now)
    this.#reloadAt(cell, now + (verdict === "stop" ? 0 : verdict), 1, verdict === "stop" ? cause : undefined)
  }

  #reloadAt(cell: Cell<T>, at: number, attempt: number, stop?: string): void {
    const reload = new Later(cell.key, () => {
      // Only what has settled can be read back.
      if (cell.releases !== undefined) return this.#parts.wheel.arm(reload, this.#parts.host.now())
      if (stop !== undefined) return this.#stop(cell, stop)
      const again = () =>
        this.#reloadAt(cell, this.#parts.host.now() + this.#parts.supervisor.backoff(attempt + 1), attempt + 1)
      this.#parts.residency.reload(cell, again)
    })
    this.#parts.wheel.arm(reload, at)
  }

  #stop(cell: Cell<T>, cause: string): void {
    this.#parts.counters.stopped++
    this.#parts.supervisor.stop(cell.key, this.#parts.host.now())
    this.#alert(cell.key, "stopped", cause)
    this.#parts.residency.remove(cell)
    this.#parts.refuseAll(cell, refusals.stopped(this.#parts.kind.name, cell.key, cause))
  }

  #describe(command: T["Command"]): string {
    try {
      return this.#parts.kind.describe(command)
    } catch {
      return "that cannot be described"
    }
  }

  #alert(key: string, event: Alert["event"], cause: unknown): void {
    this.#parts.host.alert({ kind: this.#parts.kind.name, key, event, cause: refusals.causeText(cause) })
  }
}
