/** Nobody is told: for programs and tests where nothing follows from what is stored. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { LateRecords } from "../../services/late-records.ts"
import { ProvenSignals } from "../../services/proven-signals.ts"
import { SignalListener } from "../../services/signal-listener.ts"
import { TripEndings } from "../../services/trip-endings.ts"
import * as NobodyElse from "./nobody-else.ts"

/** No traveler's actor learns from signals. */
export const toSignals = Layer.succeed(SignalListener)({ durable: () => {} })

/** Nobody counts trips. */
export const toTripEndings = Layer.succeed(TripEndings)({ onEnded: () => () => {}, tell: () => {} })

/** Nobody waits for signals that were taken on trust. */
export const toProvenSignals = Layer.succeed(ProvenSignals)({ onProven: () => () => {}, tell: () => {} })

/** Nobody who was erased is looked for. */
export const toLateRecords = Layer.succeed(LateRecords)({ stored: () => Effect.void })

/** What a sink leans on beside its database, where nobody is told and nobody else stores. */
export const toWhatIsStored = Layer.mergeAll(toProvenSignals, toLateRecords, NobodyElse.layer)
