/**
 * Whether files of the log are gone. Each segment knows how far behind the end of the one before it begins: not at all, or as
 * much as failed to be written or was torn in between. And a small file, `head`, names the newest segment, because nothing
 * else would miss that one.
 */
import type { FilePort } from "./files.ts"
import { readWhole } from "./files.ts"

/** A stretch of positions that is in no file. */
export interface Hole {
  readonly from: number
  readonly to: number
}

const headOf = (directory: string): string => `${directory}/head`

const DIGITS = 16

/** The base of the newest segment; undefined where nobody has written it down yet, and no number where it is damaged. */
export const readHead = async (files: FilePort, directory: string): Promise<number | undefined> => {
  if (!(await files.list(directory)).includes("head")) return undefined
  const text = (await readWhole(files, headOf(directory))).toString("latin1")
  if (text === "") return undefined
  return /^\d{16}$/.test(text) ? Number(text) : Number.NaN
}

/** Durable when it returns. In one sector: a loss of power leaves the old one or the new one. */
export const writeHead = async (files: FilePort, directory: string, base: number): Promise<void> => {
  const file = await files.open(headOf(directory), "write")
  try {
    await file.write(Buffer.from(String(base).padStart(DIGITS, "0"), "latin1"), 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.syncDirectory(directory)
}

/** What a segment says of its place in the log; `gap` is how far behind the end of the one before it begins. */
export interface Link {
  readonly base: number
  readonly end: number
  readonly gap: number
}

/** The stretches between these segments, in order, that are in none of them and that none of them accounts for. */
export const holesBetween = (links: ReadonlyArray<Link>): ReadonlyArray<Hole> =>
  links.slice(1).flatMap(({ base, gap }, i) => {
    const from = links[i]!.end
    return base <= from || base - gap === from ? [] : [{ from, to: Math.max(base - gap, from + 1) }]
  })
