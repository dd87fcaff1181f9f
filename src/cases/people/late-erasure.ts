/** Queues the erasure again of everybody who left and is named in what was just stored. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { peopleNamed } from "../../domain/erasure/named.ts"
import { ERASE_USER } from "../../services/erasure.ts"
import { Jobs } from "../../services/jobs.ts"
import type { JournalEntry } from "../../services/journal.ts"
import { SinkUnavailable } from "../../services/journal-sink.ts"
import { LateRecords } from "../../services/late-records.ts"
import { ErasedSubjects } from "../../services/tokens.ts"
import { Machine } from "../../support/machine.ts"
import { inSlices } from "../../support/slices.ts"

/** Longest that looking through a batch holds the event loop. */
const SLICE_MS = 1

export const layer = Layer.effect(
  LateRecords,
  Effect.gen(function* () {
    const erased = yield* ErasedSubjects
    const jobs = yield* Jobs
    const { uuid } = yield* Machine
    const stored = Effect.fnUntraced(
      function* (records: ReadonlyArray<JournalEntry>) {
        // Mostly there is nobody to look for, and then no record is read for it.
        if (!(yield* erased.anybody)) return
        const named = new Set<string>()
        yield* inSlices(records, (record) => peopleNamed(record, (id) => named.add(id)), SLICE_MS)
        for (const user_id of yield* erased.among(named)) {
          // Fresh each time: a job that is at work sees that there is more than what it has been told of.
          yield* jobs.enqueue(ERASE_USER, { user_id, late: uuid() }, { key: user_id, untilDone: true })
        }
      },
      Effect.mapError(({ message }) => new SinkUnavailable({ message }))
    )
    return LateRecords.of({ stored })
  })
)
