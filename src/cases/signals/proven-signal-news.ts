/** Tells listeners on this node. */
import * as Layer from "effect/Layer"
import { type Proven, type ProvenSignal, ProvenSignals } from "../../services/proven-signals.ts"

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
