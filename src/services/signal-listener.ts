/** Who wants to know of signals the moment they are durable: the traveler's actor, which learns from them in memory. */
import * as Context from "effect/Context"
import type { Signal } from "../domain/signal.ts"

export class SignalListener extends Context.Service<
  SignalListener,
  {
    /**
     * Called once per signal that was new, after it is durable, in order per user, with the instant of its coming as the
     * journal has it. One that had to be taken on trust comes through `ProvenSignals` instead. Must return at once and not throw.
     */
    readonly durable: (userId: string, signals: ReadonlyArray<Signal>, receivedAt: number) => void
  }
>()("overplanned/SignalListener") {}
