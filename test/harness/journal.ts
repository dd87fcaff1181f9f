/** Opens journals for tests, over a fragile disk or a real directory, draining into a store in memory. */

import * as Effect from "effect/Effect"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import type { RecordType } from "../../src/domain/records/kind.ts"
import type { FilePort } from "../../src/layers/journal/files.ts"
import { makeJournal } from "../../src/layers/journal/journal.ts"
import type { JournalUnreadable } from "../../src/layers/journal/recovery.ts"
import type { JournalOptions } from "../../src/layers/journal/works.ts"
import { type Journal, type JournalEntry, type JournalRecord, RecordTypes } from "../../src/services/journal.ts"
import { JournalSink, SinkRejected, SinkStale, SinkUnavailable } from "../../src/services/journal-sink.ts"

/** A store that keeps what it is given, by id, and can be away or refuse what it does not like. */
export class MemorySink {
  readonly entries: Array<JournalEntry> = []
  readonly #ids = new Set<string>()
  readonly positions = new Map<string, number>()
  /** Names of the journals that went to work, and of those that stopped with nothing left, in order. */
  readonly enrolled: Array<string> = []
  readonly closed: Array<string> = []
  away = false
  refuses: (entry: JournalEntry) => boolean = () => false
  /** Which records another server's place makes void. */
  stale: (entry: JournalEntry) => boolean = () => false
  /** Records of which whom they concern was told that they are lost; and whether nobody can be told. */
  readonly lost: Array<JournalEntry> = []
  tellsNobody = false
  batches = 0
  /** How long a batch takes. */
  delayMillis = 0
  /** When each batch began and ended. */
  readonly times: Array<{ readonly began: number; readonly ended: number }> = []

  readonly service = JournalSink.of({
    enroll: (node, _former, since) =>
      Effect.suspend((): Effect.Effect<number, SinkUnavailable> => {
        if (this.away) return Effect.fail(new SinkUnavailable({ message: "away" }))
        this.enrolled.push(node)
        const position = this.positions.get(node) ?? since
        this.positions.set(node, position)
        return Effect.succeed(position)
      }),
    close: (node) =>
      Effect.suspend(() =>
        this.away
          ? Effect.fail(new SinkUnavailable({ message: "away" }))
          : Effect.sync(() => void this.closed.push(node))
      ),
    lose: (record) =>
      Effect.suspend((): Effect.Effect<void, SinkUnavailable | SinkRejected> => {
        if (this.away) return Effect.fail(new SinkUnavailable({ message: "away" }))
        if (this.tellsNobody) return Effect.fail(new SinkRejected({ message: "concerns everybody" }))
        this.lost.push(record)
        return Effect.void
      }),
    apply: (batch, { node, segment, byteOffset }) =>
      Effect.suspend((): Effect.Effect<void, SinkUnavailable | SinkRejected | SinkStale> => {
        if (this.away) return Effect.fail(new SinkUnavailable({ message: "away" }))
        const positions = batch.filter(this.stale).map(({ position }) => position)
        if (positions.length > 0) return Effect.fail(new SinkStale({ message: "another server owns", positions }))
        const bad = batch.find(this.refuses)
        if (bad !== undefined) return Effect.fail(new SinkRejected({ message: `will not take ${bad.id}` }))
        for (const entry of batch) {
          if (!this.#ids.has(entry.id)) this.entries.push(entry)
          this.#ids.add(entry.id)
        }
        this.batches++
        this.positions.set(node, segment + byteOffset)
        const began = performance.now()
        const ended = Effect.sync(() => void this.times.push({ began, ended: performance.now() }))
        return this.delayMillis === 0 ? ended : Effect.andThen(Effect.sleep(this.delayMillis), ended)
      })
  })
}

export const journalTypes: ReadonlyArray<RecordType> = [{ type: "note", version: 1 }]

export const smallJournal: JournalOptions = {
  directory: "/journal",
  segmentBytes: 1200,
  diskBytes: 1024 * 1024,
  bufferBytes: 64 * 1024,
  recordBytes: 16 * 1024,
  lingerMillis: 1,
  batchRecords: 10
}

export const openJournal = (
  files: FilePort,
  sink: MemorySink,
  options: Partial<JournalOptions> = {},
  types: ReadonlyArray<RecordType> = journalTypes,
  logs: "None" | "Error" = "None"
): Effect.Effect<typeof Journal.Service, JournalUnreadable, Scope.Scope> =>
  makeJournal({ ...smallJournal, ...options }, files).pipe(
    Effect.provideService(RecordTypes, types),
    Effect.provideService(JournalSink, sink.service),
    Effect.provideService(References.MinimumLogLevel, logs)
  )

/** The nth note of a key: its id tells who it is. */
export const note = (n: number, key = "trip:a", text = "hello"): JournalRecord => ({
  type: "note",
  version: 1,
  key,
  id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`,
  payload: JSON.stringify({ n, text })
})

export const noteNumber = (record: JournalRecord): number => Number(record.id.slice(24))
