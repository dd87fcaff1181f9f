/**
 * What was under way when somebody left, or lay in the journal of a node that was away, is stored when their erasure may be
 * done already, and would bring them back. So whoever stores records tells of them here, within the transaction that
 * stores them: the erasure of everybody named in them is queued again, once however often it is asked for.
 */
import { randomUUID } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { peopleNamed } from "../domain/erasure/named.ts"
import { ERASE_USER } from "./erasure.ts"
import { Jobs } from "./jobs.ts"
import type { JournalEntry } from "./journal.ts"
import { SinkUnavailable } from "./journal-sink.ts"
import { inSlices } from "./slices.ts"
import { ErasedSubjects } from "./tokens.ts"

/** Longest that looking through a batch holds the event loop. */
const SLICE_MS = 1

/** By default nobody ever leaves: for programs and tests that erase nobody. */
export const LateRecords = Context.Reference<
  (stored: ReadonlyArray<JournalEntry>) => Effect.Effect<void, SinkUnavailable>
>("overplanned/LateRecords", { defaultValue: () => () => Effect.void })

export const layer = Layer.effect(
  LateRecords,
  Effect.gen(function* () {
    const erased = yield* ErasedSubjects
    const jobs = yield* Jobs
    return Effect.fnUntraced(
      function* (stored: ReadonlyArray<JournalEntry>) {
        // Mostly there is nobody to look for, and then no record is read for it.
        if (!(yield* erased.anybody)) return
        const named = new Set<string>()
        yield* inSlices(stored, (record) => peopleNamed(record, (id) => named.add(id)), SLICE_MS)
        for (const user_id of yield* erased.among(named)) {
          // Fresh each time: a job that is at work sees that there is more than what it has been told of.
          yield* jobs.enqueue(ERASE_USER, { user_id, late: randomUUID() }, { key: user_id, untilDone: true })
        }
      },
      Effect.mapError(({ message }) => new SinkUnavailable({ message }))
    )
  })
)
