/** Reading the journal's files for others, and the sentences for what is wrong with them. */
import * as Effect from "effect/Effect"
import { type Journal, type JournalEntry, JournalUnavailable } from "../../services/journal.ts"
import { type AsideKind, mentionsAny } from "./aside.ts"
import type { Drainer } from "./drainer.ts"
import { type FilePort, readWhole } from "./files.ts"
import type { Reader } from "./reader.ts"
import { JournalUnreadable } from "./recovery.ts"
import type { Writer } from "./writer-contract.ts"

export const quarantineNote = (
  directory: string,
  asideDirectory: string,
  position: number,
  what: AsideKind,
  until: number | undefined
) =>
  what === "missing"
    ? Effect.logError(
        `A part of the journal is gone: no file in ${directory} holds its positions from ${position} to ${until}. What was acknowledged there and not stored yet is lost, whoever follows a trip gets it whole, and ${asideDirectory} keeps a note. If the file is somewhere else, stop the server, put it back and start again.`
      )
    : Effect.logError(
        `The journal set something aside at position ${position} (${what}); it is kept in ${asideDirectory}. The rest goes on.`
      )

export const staleNote = (asideDirectory: string, position: number, count: number) =>
  Effect.logError(
    `The journal set ${count === 1 ? "a record" : `${count} records`} aside that another server's place makes void, the newest at position ${position}; they are kept in ${asideDirectory}. The rest goes on.`
  )

export const cannotOpen = (directory: string) => (cause: unknown) =>
  cause instanceof JournalUnreadable
    ? cause
    : new JournalUnreadable({
        message: `The journal in ${directory} cannot be opened: ${(cause as Error).message}. Check that the directory is writable and the disk is not full.`
      })

export const readingIn =
  (directory: string) =>
  <A>(effect: () => Promise<A>) =>
    Effect.tryPromise({
      try: effect,
      catch: (cause) =>
        new JournalUnavailable({
          message: `The journal in ${directory} cannot be read: ${(cause as Error).message}.`,
          retryAfterMillis: 1000
        })
    })

/** Visits the newest records that the store does not have. */
export const visitBacklog = async (
  writer: Writer,
  reader: Reader,
  drainer: Drainer,
  batchRecords: number,
  newest: number,
  visit: (entries: ReadonlyArray<JournalEntry>) => void
) => {
  const until = writer.durable()
  let from = drainer.drained()
  let behind = 0
  // Whole segments are passed over while enough records lie behind them.
  for (const { base, index } of [...writer.segments].reverse()) {
    behind += index.count
    if (behind < newest) continue
    from = Math.max(from, base)
    break
  }
  while (from < until) {
    const { entries, through } = await reader.batch(from, batchRecords)
    visit(entries)
    // What was drained and removed meanwhile gives nothing, and is over.
    const next = Math.max(through, drainer.drained())
    // Nor does a journal that was closed meanwhile, and it never will.
    if (next === from) return
    from = next
  }
}

export const filesThatMention = async (
  files: FilePort,
  folders: ReadonlyArray<string>,
  mentions: Parameters<(typeof Journal.Service)["search"]>[0]
) => {
  const found: Array<string> = []
  for (const folder of folders) {
    for (const name of await files.list(folder)) {
      if (!/\.(journal|torn|damaged|header|rejected|stale)$/.test(name)) continue
      const path = `${folder}/${name}`
      if (mentionsAny(await readWhole(files, path), mentions)) found.push(path)
    }
  }
  return found
}
