/**
 * Signals that were taken on trust, told once they are stored: only then is it certain that what they speak of is their
 * sender's, and only then do they teach. Nobody is told of those that a crash lay behind: who wakes up reads them.
 */
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import type { ReceivedSignal } from "../domain/signal.ts"

export interface ProvenSignal {
  readonly user_id: string
  /** Reads it, for those who have a use for it. */
  readonly read: () => ReceivedSignal
}

interface Proven {
  /** Gives what ends the listening. A listener must return at once and not throw. */
  readonly onProven: (listener: (signals: ReadonlyArray<ProvenSignal>) => void) => () => void
  readonly tell: (signals: ReadonlyArray<ProvenSignal>) => void
}

/** By default nobody listens. */
export const ProvenSignals = Context.Reference<Proven>("overplanned/ProvenSignals", {
  defaultValue: () => ({ onProven: () => () => {}, tell: () => {} })
})

export const layer = Layer.sync(ProvenSignals, (): Proven => {
  const listeners = new Set<(signals: ReadonlyArray<ProvenSignal>) => void>()
  return {
    onProven: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell: (signals) => {
      for (const listener of listeners) listener(signals)
    }
  }
})
