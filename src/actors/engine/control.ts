/** What operators see of one kind of actor, and do to one of them. */
import type { ActorKindControl, ActorView } from "../../services/actor-kinds.ts"
import type { Cell } from "./cell.ts"
import type { Engine } from "./engine.ts"
import type { Types } from "./kind.ts"

/** Actors that are shown of a kind: those with children first, then those used last. */
const SHOWN = 50

/** Actors that are looked at for that. */
const LOOKED_AT = 1_000

const viewOf = <T extends Types>(cell: Cell<T>): ActorView => ({
  id: cell.key,
  status: cell.status,
  fiber: cell.fiber?.id ?? null,
  waiting: cell.waiting,
  wakes_at: cell.due ?? null,
  feeds: cell.endFeeds !== undefined,
  children: [...(cell.children ?? [])].map(([fiber, name]) => ({ fiber: fiber.id, name }))
})

const shown = <T extends Types>(engine: Engine<T>): ReadonlyArray<ActorView> => {
  const busy: Array<ActorView> = []
  const others: Array<ActorView> = []
  let looked = 0
  for (const cell of engine.residency.newest()) {
    if (looked++ === LOOKED_AT || busy.length === SHOWN) break
    if (cell.children !== undefined) busy.push(viewOf(cell))
    else if (others.length < SHOWN) others.push(viewOf(cell))
  }
  return [...busy, ...others].slice(0, SHOWN)
}

export const controlOf = <T extends Types>(engine: Engine<T>): ActorKindControl => ({
  status: () => {
    const { counters, deadlines, host, kind, supervisor, wakeUps } = engine.core
    const { activations, bytes, children, feeds, passivations, restarts, turns, waiting } = counters
    return {
      kind: kind.name,
      resident: engine.residency.size,
      bytes,
      mailbox: waiting,
      timers: deadlines.armed + wakeUps.armed,
      children,
      feeds,
      activations,
      passivations,
      restarts,
      turns,
      quarantined: supervisor.quarantine,
      stopped: supervisor
        .stopped(host.elapsed())
        .map(({ cause, key, left }) => ({ key, cause, until: host.now() + left })),
      actors: shown(engine)
    }
  },
  actor: (id) => {
    const cell = engine.residency.get(id)
    return cell === undefined ? undefined : viewOf(cell)
  },
  interrupt: (id) => engine.interrupt(id)
})
