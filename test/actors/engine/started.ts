/** An engine of banks on a clock that is passed by hand, and what became of the commands that it was sent. */
import { Pending } from "../../../src/actors/engine/cell.ts"
import { Engine } from "../../../src/actors/engine/engine.ts"
import { type ActorKind, DEFAULT_LIMITS, type Limits } from "../../../src/actors/engine/kind.ts"
import type { ActorError } from "../../../src/domain/actor-errors.ts"
import { type Bank, bank, type Command, Disk, FakeHost } from "./bank.ts"

export const tagOf = (seen: { outcome?: unknown }) => (seen.outcome as { _tag?: string } | undefined)?._tag

export const start = (
  options: { limits?: Partial<Limits>; kind?: Partial<ActorKind<Bank>>; immediate?: boolean } = {}
) => {
  const disk = new Disk()
  disk.immediate = options.immediate ?? true
  const host = new FakeHost()
  const engine = new Engine(bank(disk, options.kind), { ...DEFAULT_LIMITS, ...options.limits }, host)
  const wait = (millis: number) => {
    host.clock.pass(millis)
    engine.tick()
  }
  /** What happened to a command so far. */
  const send = (key: string, command: Command, deadline?: number) => {
    const seen: { outcome?: Bank["Reply"] | ActorError } = {}
    const outcome = engine.askSync(key, command, deadline)
    if (outcome instanceof Pending)
      outcome.onSettled((settled) => {
        seen.outcome = settled
      })
    else seen.outcome = outcome
    return seen
  }
  const entries = (seen: { outcome?: unknown }) => (seen.outcome as Bank["Reply"] | undefined)?.entries
  return { disk, host, engine, wait, send, tag: tagOf, entries }
}

export const ran = (seen: { outcome?: unknown }) => (seen.outcome as { outcome?: string } | undefined)?.outcome

export const add = (entry: string): Command => ({ _tag: "Add", entry })
export const read: Command = { _tag: "Read" }
