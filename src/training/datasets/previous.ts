/** Datasets that were published before: what a new one is compared with, where its files are still what they were. */
import { createHash } from "node:crypto"
import { createReadStream, readFileSync } from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import type { Histogram } from "./profile.ts"
import { publishedIn } from "./published.ts"

/** Raised whenever a definition changes what its rows mean. */
export const CODE_VERSION = "6"

export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  await pipeline(createReadStream(path), hash)
  return hash.digest("hex")
}

interface Published {
  /** Absent from what releases before the fifth version published. */
  readonly code_version?: string
  /** Of how many people the rows are, as far as they were counted; absent from what earlier programs published. */
  readonly people?: number
  readonly files: Readonly<Record<string, { readonly rows: number; readonly sha256: string }>>
  readonly histograms: Readonly<Record<string, Histogram>>
}

interface Previous {
  readonly exists: boolean
  /** Why it is no yardstick. */
  readonly changed?: string
  readonly histograms?: Published["histograms"]
  readonly people?: number
}

/**
 * The newest dataset of its kind before this one, unless somebody changed its files: then it is no yardstick, and that is said.
 * What a night built of a week is compared with other nights, what was asked for with what was asked for.
 */
export const previousOf = async (folder: string, today: string, nightly: boolean): Promise<Previous> => {
  const newest = publishedIn(folder).findLast((one) => one.nightly === nightly && one.day < today)?.entry
  if (newest === undefined) return { exists: false }
  try {
    const published = JSON.parse(readFileSync(join(folder, newest, "profile.json"), "utf8")) as Published
    if (published.code_version !== CODE_VERSION) {
      return {
        exists: true,
        changed: `the dataset of ${newest} was built by another release, whose columns may mean something else; nothing is compared with it, and the next one is compared with this.`
      }
    }
    for (const [name, { sha256 }] of Object.entries(published.files)) {
      if ((await sha256Of(join(folder, newest, name))) !== sha256) {
        return {
          exists: true,
          changed: `${newest}/${name} is not the file that was published: its content was changed by hand. Build that day again; until then nothing is compared with it.`
        }
      }
    }
    const { histograms, people } = published
    return { exists: true, histograms, ...(people === undefined ? {} : { people }) }
  } catch (error) {
    return {
      exists: true,
      changed: `the dataset of ${newest} cannot be read (${String(error)}). Build that day again; until then nothing is compared with it.`
    }
  }
}
