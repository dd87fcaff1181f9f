/**
 * What could not go on its way: torn tails, damaged stretches, records that the sink rejects. Kept in side files, counted,
 * never dropped, until an operator has looked or the person they speak of has left.
 */
import type { SetAside } from "../../services/journal.ts"
import type { Hole } from "./continuity.ts"
import type { FilePort } from "./files.ts"
import { readWhole } from "./files.ts"

/** Torn: cut off a segment's end. Damaged: a stretch or the header inside one. Rejected: records, by the sink. Stale: records of an owner whose place another took. Missing: a note of what is gone. */
export type AsideKind = "torn" | "damaged" | "header" | "rejected" | "stale" | "missing"

export interface Aside {
  readonly bytes: () => number
  readonly count: () => number
  /**
   * Keeping the same thing twice keeps it once. What may have been acknowledged and cannot be read any more is a loss,
   * and so is whatever the caller says is one.
   */
  readonly keep: (kind: AsideKind, position: number, bytes: Uint8Array, loss?: boolean) => Promise<void>
  /** Writes down that this stretch is in no file any more, which is a loss each time that it is found. */
  readonly missing: (hole: Hole) => Promise<void>
  /** Whether something that was kept, or a note, says already what became of this stretch. */
  readonly accounts: (hole: Hole) => boolean
  readonly remove: (mentions: ReadonlyArray<string>) => Promise<number>
  /** The records of a key that the sink rejected, oldest first. */
  readonly rejected: (key: string) => Promise<ReadonlyArray<SetAside>>
  /** Forgets records that the sink rejected. */
  readonly drop: (positions: ReadonlyArray<number>) => Promise<void>
}

/** What a rejected record is kept as. */
interface RejectedNote {
  readonly key: string
  readonly payload: string
  readonly position: number
}

const padded = (position: number): string => String(position).padStart(16, "0")

const fileOf = (position: number, kind: AsideKind): string => `${padded(position)}.${kind}`

const missingName = ({ from, to }: Hole): string => `${padded(from)}-${padded(to)}.missing`

/** A file that somebody has touched by hand may hold anything. */
const noteIn = (text: string): RejectedNote | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const mentionsAny = (bytes: Buffer, mentions: ReadonlyArray<string>): boolean =>
  mentions.some((mention) => bytes.includes(mention))

export const openAside = async (
  files: FilePort,
  directory: string,
  kept: (position: number, kind: AsideKind, until?: number) => void,
  /** Called before a loss is kept, so that a crash in between has it called again. */
  losing: () => Promise<void> = async () => {}
): Promise<Aside> => {
  await files.makeDirectory(directory)
  const sizes = new Map<string, number>()
  let total = 0
  for (const name of await files.list(directory)) {
    const file = await files.open(`${directory}/${name}`, "read")
    const size = await file.size()
    sizes.set(name, size)
    total += size
    await file.close()
  }
  const store = async (name: string, bytes: Uint8Array) => {
    const file = await files.open(`${directory}/${name}`, "write")
    try {
      await file.write(bytes, 0)
      await file.truncate(bytes.length)
      await file.sync()
    } finally {
      await file.close()
    }
    await files.syncDirectory(directory)
    total += bytes.length - (sizes.get(name) ?? 0)
    sizes.set(name, bytes.length)
  }
  return {
    bytes: () => total,
    count: () => sizes.size,
    keep: async (kind, position, bytes, loss = kind === "damaged") => {
      const name = fileOf(position, kind)
      if (sizes.has(name)) return
      if (loss) await losing()
      await store(name, bytes)
      kept(position, kind)
    },
    rejected: async (key) => {
      const found: Array<SetAside> = []
      for (const name of [...sizes.keys()].sort()) {
        if (!name.endsWith(".rejected")) continue
        const note = noteIn((await readWhole(files, `${directory}/${name}`)).toString())
        if (note?.key === key) found.push({ position: note.position, payload: note.payload })
      }
      return found
    },
    drop: async (positions) => {
      for (const position of positions) {
        const name = fileOf(position, "rejected")
        const size = sizes.get(name)
        if (size === undefined) continue
        await files.remove(`${directory}/${name}`)
        sizes.delete(name)
        total -= size
      }
      if (positions.length > 0) await files.syncDirectory(directory)
    },
    missing: async (hole) => {
      await losing()
      await store(missingName(hole), Buffer.from(`${JSON.stringify(hole)}\n`))
      kept(hole.from, "missing", hole.to)
    },
    accounts: (hole) =>
      sizes.has(missingName(hole)) ||
      (["torn", "damaged"] as const).some((kind) => (sizes.get(fileOf(hole.from, kind)) ?? -1) >= hole.to - hole.from),
    remove: async (mentions) => {
      let removed = 0
      for (const [name, size] of sizes) {
        const path = `${directory}/${name}`
        if (!mentionsAny(await readWhole(files, path), mentions)) continue
        await files.remove(path)
        sizes.delete(name)
        total -= size
        removed++
      }
      if (removed > 0) await files.syncDirectory(directory)
      return removed
    }
  }
}
