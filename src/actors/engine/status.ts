/** What operators see of one kind of actor. */
import type { ActorKindStatus } from "../../services/trip-runtime.ts"
import type { Engine } from "./engine.ts"
import type { Types } from "./kind.ts"

export const statusOf = <T extends Types>(engine: Engine<T>, now: number): ActorKindStatus => {
  const { bytes, waiting, activations, passivations, restarts, turns } = engine.counters
  return {
    kind: engine.kind.name,
    resident: engine.resident,
    bytes,
    mailbox: waiting,
    activations,
    passivations,
    restarts,
    turns,
    quarantined: engine.supervisor.quarantine,
    stopped: engine.supervisor.stopped(now)
  }
}
