/** Under which names datasets are published: by day, and those that a night built apart from those that somebody asked for. */
import { existsSync, readdirSync } from "node:fs"

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
      return day === undefined ? [] : [{ entry, day, nightly: nightly !== undefined }]
    })
    .sort((a, b) => (a.day === b.day ? Number(b.nightly) - Number(a.nightly) : a.day < b.day ? -1 : 1))
