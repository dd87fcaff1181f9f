/** The journal, composed: for the server, and for the command that stores one. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Config } from "../config.ts"
import * as FileJournal from "../layers/journal/journal.ts"
import { journalSink, recordTypes } from "./journal-sink.ts"
import { journalDirectory } from "./nodes.ts"

/** The longest record the journal takes: a candidate set of 200 with its features, several times over. */
const RECORD_BYTES = 4 * 1024 * 1024

/** The journal in the data directory, which is locked already, and where its records go. */
export const journal = Layer.unwrap(
  Effect.map(Config, (settings) =>
    FileJournal.layerLocked({
      directory: journalDirectory(settings),
      acks: settings.JOURNAL_ACKS,
      batchRecords: settings.JOURNAL_DRAIN_BATCH,
      segmentBytes: settings.JOURNAL_SEGMENT_SIZE,
      diskBytes: settings.JOURNAL_DISK_BUDGET,
      bufferBytes: settings.JOURNAL_MEMORY_BUDGET,
      recordBytes: RECORD_BYTES,
      lingerMillis: settings.JOURNAL_LINGER
    })
  )
).pipe(Layer.provide([recordTypes, journalSink]))
