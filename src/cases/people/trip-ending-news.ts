/** Tells listeners on this node, and finds the endings in what a sink has stored. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TRIP_EVENT } from "../../domain/records/kinds.ts"
import type { JournalEntry } from "../../services/journal.ts"
import { JournalSink } from "../../services/journal-sink.ts"
import { type Endings, TripEndings } from "../../services/trip-endings.ts"

/** Few events change the status: the others are not read for that. */
const ends = ({ payload, type }: JournalEntry): boolean => {
  if (type !== TRIP_EVENT.type || !payload.includes('"status_changed"')) return false
  const { event } = TRIP_EVENT.decode(payload)
  return event._tag === "status_changed" && (event.status === "completed" || event.status === "shortened")
}

const endedIn = (batch: ReadonlyArray<JournalEntry>): ReadonlyArray<string> =>
  batch.flatMap((entry) => (ends(entry) ? [entry.key.slice("trip:".length)] : []))

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
export const tellingEndings = <E, R>(
  sink: Layer.Layer<JournalSink, E, R>
): Layer.Layer<JournalSink, E, R | TripEndings> =>
  Layer.effect(
    JournalSink,
    Effect.gen(function* () {
      const real = yield* JournalSink
      const endings = yield* TripEndings
      return JournalSink.of({
        enroll: (node, former, since) => real.enroll(node, former, since),
        close: (node) => real.close(node),
        lose: (record) => real.lose(record),
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
