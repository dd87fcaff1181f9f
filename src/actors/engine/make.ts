/** Brings an engine to life in a scope: its clock, its ticks, its metrics, and its orderly end. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { withoutIds } from "../../domain/ids.ts"
import { ActorKinds } from "../../services/actor-kinds.ts"
import { Machine } from "../../support/machine.ts"
import { controlOf } from "./control.ts"
import type { Alert } from "./core.ts"
import { register } from "./counters.ts"
import { Engine } from "./engine.ts"
import { type ActorKind, DEFAULT_LIMITS, type Limits, type Types } from "./kind.ts"
import { TICK_MILLIS } from "./timers.ts"

/** Which actor it is stands in `/admin/actors`: a log would still name people who have left. */
const report = (alert: Alert) => {
  const line = withoutIds(`${alert.kind} ${alert.key}: ${alert.event.replaceAll("_", " ")}: ${alert.cause}`)
  return alert.event === "stopped" || alert.event === "write_failed" ? Effect.logError(line) : Effect.logWarning(line)
}

/** A tick that stumbles every time must not fill the log. */
const AFTER_STUMBLING = "1 second"

export const make = Effect.fnUntraced(function* <T extends Types>(
  kind: ActorKind<T>,
  limits: Partial<Limits> = {},
  onAlert: (alert: Alert) => Effect.Effect<void> = report
): Effect.fn.Return<Engine<T>, never, Scope.Scope | ActorKinds> {
  const clock = yield* Clock.Clock
  const context = yield* Effect.context<never>()
  const fork = Effect.runForkWith(context)
  const now = () => clock.currentTimeMillisUnsafe()
  const machine = yield* Machine
  const supervisor = yield* Scope.make()
  const engine = new Engine(
    kind,
    { ...DEFAULT_LIMITS, ...limits },
    {
      now,
      elapsed: machine.elapsed,
      id: () => machine.newId(now()),
      fork,
      scope: supervisor,
      defer: machine.soon,
      alert: (alert) => void fork(onAlert(alert))
    }
  )
  const control = controlOf(engine)
  const kinds = yield* ActorKinds
  kinds.set(kind.name, control)
  const unregister = register(kind.name, engine.core.counters, () => engine.residency.size, context)
  yield* Effect.addFinalizer((exit) =>
    Effect.suspend(() => {
      kinds.delete(kind.name)
      unregister()
      engine.abandon()
      return Scope.close(supervisor, exit)
    })
  )
  yield* Effect.forkScoped(
    Effect.repeat(
      Effect.catchCause(
        Effect.sync(() => engine.tick()),
        // Each actor answers for its own timers: this is the engine's, and no reason to let all others stand still.
        (cause) =>
          Effect.andThen(
            Effect.logError(`The timers of the ${kind.name}s stumbled and go on in a moment.`, cause),
            Effect.sleep(AFTER_STUMBLING)
          )
      ),
      Schedule.spaced(TICK_MILLIS)
    )
  )
  return engine
})

/**
 * Going down: no new activations; what was asked is answered or runs into `withinMillis`. Answers true if nothing
 * was left waiting.
 */
export const drain = Effect.fnUntraced(function* <T extends Types>(
  engine: Engine<T>,
  withinMillis: number
): Effect.fn.Return<boolean> {
  engine.residency.close()
  const settled = () => {
    for (const cell of engine.residency.cells()) {
      if (cell.waiting > 0 || cell.releases !== undefined || cell.busy) return false
    }
    return true
  }
  const { elapsed } = engine.core.host
  const deadline = elapsed() + withinMillis
  while (!settled()) {
    if (elapsed() >= deadline) return false
    yield* Effect.sleep(TICK_MILLIS)
  }
  return true
})
