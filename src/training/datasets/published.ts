/**
 * Under which names datasets are published: by day, and those that a night built apart from those that somebody asked for. Files
 * are moved to their place one by one, and a mark says that it is not done: no folder is ever renamed, because a bucket that is mounted
 * cannot do that.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What stands in the folder of a dataset for as long as its files come, and stays where the build was killed then. */
const UNFINISHED = ".unfinished"

const NIGHTLY = ".nightly"
const ENTRY = /^(\d{4}-\d\d-\d\d)(\.nightly)?$/

export interface PublishedEntry {
  readonly entry: string
  readonly day: string
  readonly nightly: boolean
}

export const entryOf = (day: string, nightly: boolean): string => (nightly ? `${day}${NIGHTLY}` : day)

/** All that is published in the folder of a dataset, the newest last; of one day, what somebody asked for counts as newer. */
export const publishedIn = (folder: string): ReadonlyArray<PublishedEntry> =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .flatMap((entry) => {
      const [, day, nightly] = ENTRY.exec(entry) ?? []
      return day === undefined || existsSync(join(folder, entry, UNFINISHED))
        ? []
        : [{ entry, day, nightly: nightly !== undefined }]
    })
    .sort((a, b) => (a.day === b.day ? Number(b.nightly) - Number(a.nightly) : a.day < b.day ? -1 : 1))

/** Moves the files of a draft to their place, where what was there before ends first. */
export const moveInto = (folder: string, draft: string): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, UNFINISHED), "")
  for (const name of readdirSync(folder)) if (name !== UNFINISHED) rmSync(join(folder, name), { recursive: true })
  for (const name of readdirSync(draft)) renameSync(join(draft, name), join(folder, name))
  rmSync(draft, { recursive: true })
  rmSync(join(folder, UNFINISHED))
}
