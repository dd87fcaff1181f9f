/**
 * Signals that were taken on trust, told once they are stored: only then is it certain that what they speak of is their
 * sender's, and only then do they teach. Nobody is told of those that a crash lay behind: who wakes up reads them.
 */

import * as Context from "effect/Context"
import type { ReceivedSignal } from "../domain/records/signal.ts"

export interface ProvenSignal {
  readonly user_id: string
  /** Reads it, for those who have a use for it. */
  readonly read: () => ReceivedSignal
}

export interface Proven {
  /** Gives what ends the listening. A listener must return at once and not throw. */
  readonly onProven: (listener: (signals: ReadonlyArray<ProvenSignal>) => void) => () => void
  readonly tell: (signals: ReadonlyArray<ProvenSignal>) => void
}

export class ProvenSignals extends Context.Service<ProvenSignals, Proven>()("overplanned/ProvenSignals") {}
