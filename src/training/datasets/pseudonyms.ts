/**
 * Other names for whom and whose a dataset's rows are. A dataset outlives the people in it, and no erasure opens a file that
 * was published: so each build draws a salt that nobody keeps, and what stood for one id within it stands for it nowhere
 * else. Joins within a build go on working.
 */
import { createHmac, randomBytes } from "node:crypto"
import { uuidFromBytes } from "../../domain/ids.ts"
import type { DatasetRow } from "./columns.ts"

/** Rows of one person come one after another: these many names are remembered at a time. */
const REMEMBERED = 10_000
const SALT_BYTES = 32

/** Where an id stands in a row: the column, and the fields within it. Several ids in one place are joined by `+`. */
export type IdPath = readonly [column: string, ...fields: ReadonlyArray<string>]

const replaced = (value: unknown, [field, ...rest]: ReadonlyArray<string>, alias: (id: string) => string): unknown => {
  if (field === undefined) return typeof value === "string" ? value.split("+").map(alias).join("+") : value
  if (typeof value !== "object" || value === null) return value
  return { ...value, [field]: replaced((value as Record<string, unknown>)[field], rest, alias) }
}

export const pseudonyms = (paths: ReadonlyArray<IdPath>): ((row: DatasetRow) => DatasetRow) => {
  const salt = randomBytes(SALT_BYTES)
  const names = new Map<string, string>()
  const alias = (id: string): string => {
    let name = names.get(id)
    if (name === undefined) {
      const bytes = createHmac("sha256", salt).update(id).digest()
      bytes[6] = (bytes[6]! & 0x0f) | 0x80
      bytes[8] = (bytes[8]! & 0x3f) | 0x80
      name = uuidFromBytes(bytes)
      if (names.size >= REMEMBERED) names.clear()
      names.set(id, name)
    }
    return name
  }
  return (row) => {
    const named: Record<string, unknown> = { ...row }
    for (const [column, ...fields] of paths) named[column] = replaced(named[column], fields, alias)
    return named
  }
}
