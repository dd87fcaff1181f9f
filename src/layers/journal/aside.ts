/**
 * What could not go on its way: torn tails, damaged stretches, records that the sink rejects. Kept in side files, counted,
 * never dropped, until an operator has looked or the person they speak of has left.
 */
import type { FilePort } from "./files.ts"
import { readWhole } from "./files.ts"

/** Torn: cut off a segment's end. Damaged: a stretch or the header inside one. Rejected: records, by the sink. */
export type AsideKind = "torn" | "damaged" | "header" | "rejected"

export interface Aside {
  readonly bytes: () => number
  readonly count: () => number
  /**
   * Keeping the same thing twice keeps it once. What may have been acknowledged and cannot be read any more is a loss,
   * and so is whatever the caller says is one.
   */
  readonly keep: (kind: AsideKind, position: number, bytes: Uint8Array, loss?: boolean) => Promise<void>
  readonly remove: (mentions: ReadonlyArray<string>) => Promise<number>
}

export const mentionsAny = (bytes: Buffer, mentions: ReadonlyArray<string>): boolean =>
  mentions.some((mention) => bytes.includes(mention))

export const openAside = async (
  files: FilePort,
  directory: string,
  kept: (position: number, kind: AsideKind) => void,
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
  return {
    bytes: () => total,
    count: () => sizes.size,
    keep: async (kind, position, bytes, loss = kind === "damaged") => {
      const name = `${String(position).padStart(16, "0")}.${kind}`
      if (sizes.has(name)) return
      if (loss) await losing()
      const file = await files.open(`${directory}/${name}`, "write")
      try {
        await file.write(bytes, 0)
        await file.truncate(bytes.length)
        await file.sync()
      } finally {
        await file.close()
      }
      await files.syncDirectory(directory)
      sizes.set(name, bytes.length)
      total += bytes.length
      kept(position, kind)
    },
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
