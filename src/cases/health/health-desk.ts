/** Gathers the probes of all dependencies; each answers within its timeout or counts as down. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type DependencyHealth, Health } from "../../services/health.ts"
import { giveUpAfter } from "../../support/give-up.ts"

/** A probe that takes longer tells us what we wanted to know. */
const PROBE_TIMEOUT = "1 second"

export const layer = Layer.sync(Health, () => {
  const probes = new Map<string, Effect.Effect<DependencyHealth>>()
  return Health.of({
    register: (name, probe) => Effect.sync(() => void probes.set(name, probe)),
    report: Effect.suspend(() =>
      Effect.forEach(
        [...probes],
        ([name, probe]) =>
          Effect.catchCause(probe, () =>
            Effect.succeed<DependencyHealth>({ name, status: "down", detail: "The probe failed." })
          ).pipe(
            giveUpAfter(PROBE_TIMEOUT, () =>
              Effect.succeed<DependencyHealth>({ name, status: "down", detail: "No answer within a second." })
            )
          ),
        { concurrency: "unbounded" }
      )
    )
  })
})
