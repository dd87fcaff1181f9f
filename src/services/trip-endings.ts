/**
 * Trips that came to their end, told once that is in the database: what follows from how often somebody has travelled is
 * counted there. Nobody is told of an end that a crash lay behind; whoever counts looks by themselves now and then.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { JournalEntry } from "./journal.ts"
import { JournalSink } from "./journal-sink.ts"

interface Endings {
  /** Gives what ends the listening. A listener must not throw. */
  readonly onEnded: (listener: (tripIds: ReadonlyArray<string>) => void) => () => void
  readonly tell: (tripIds: ReadonlyArray<string>) => void
}

const ENDED = /"_tag":"status_changed","status":"(?:completed|shortened)"/

const endedIn = (batch: ReadonlyArray<JournalEntry>): ReadonlyArray<string> =>
  batch.flatMap(({ key, payload, type }) =>
    type === "trip_event" && ENDED.test(payload) ? [key.slice("trip:".length)] : []
  )

/** By default no trip ever ends: for programs and tests that count none. */
export const TripEndings = Context.Reference<Endings>("overplanned/TripEndings", {
  defaultValue: () => ({ onEnded: () => () => {}, tell: () => {} })
})

export const layer = Layer.sync(TripEndings, (): Endings => {
  const listeners = new Set<(tripIds: ReadonlyArray<string>) => void>()
  return {
    onEnded: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell: (tripIds) => {
      for (const listener of listeners) listener(tripIds)
    }
  }
})

/** A sink that tells of the endings in what it has stored. */
export const told = <E, R>(sink: Layer.Layer<JournalSink, E, R>): Layer.Layer<JournalSink, E, R> =>
  Layer.effect(
    JournalSink,
    Effect.gen(function* () {
      const real = yield* JournalSink
      const endings = yield* TripEndings
      return JournalSink.of({
        enroll: (node, former) => real.enroll(node, former),
        close: (node) => real.close(node),
        apply: (batch, progress) =>
          Effect.tap(real.apply(batch, progress), () =>
            Effect.sync(() => {
              const ended = endedIn(batch)
              if (ended.length > 0) endings.tell(ended)
            })
          )
      })
    })
  ).pipe(Layer.provide(sink))
