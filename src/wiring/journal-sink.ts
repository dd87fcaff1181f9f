/** Where the journal's records go: one composition for the server and for whatever measures or tests it. */
import * as Layer from "effect/Layer"
import * as LateErasure from "../cases/people/late-erasure.ts"
import * as TripEndingNews from "../cases/people/trip-ending-news.ts"
import * as ProvenSignalNews from "../cases/signals/proven-signal-news.ts"
import { cityEventsHandler } from "../layers/postgres/journal-sink/city-events.ts"
import { decisionsHandler } from "../layers/postgres/journal-sink/decisions.ts"
import { receiptsHandler, usersHandler } from "../layers/postgres/journal-sink/people.ts"
import { personasHandler } from "../layers/postgres/journal-sink/personas.ts"
import { signalsHandler } from "../layers/postgres/journal-sink/signals.ts"
import * as PostgresSink from "../layers/postgres/journal-sink/sink.ts"
import { tripEventsHandler } from "../layers/postgres/journal-sink/trip-events.ts"

/** Families of journal records, in the order in which they are stored: whom others refer to comes first. */
export const families = [
  usersHandler,
  receiptsHandler,
  personasHandler,
  tripEventsHandler,
  cityEventsHandler,
  // What signals answer comes before them.
  decisionsHandler,
  signalsHandler
]

export const recordTypes = PostgresSink.recordTypes(families)

/** Stores records, looks among them for people who were erased, and tells of signals that were proven and of trips that ended. */
export const journalSink = TripEndingNews.tellingEndings(
  PostgresSink.layer(families).pipe(Layer.provide([LateErasure.layer, ProvenSignalNews.layer]))
).pipe(Layer.provide(TripEndingNews.layer))
