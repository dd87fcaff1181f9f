/**
 * Other names for whom and whose a dataset's rows are. A dataset outlives the people in it, and no erasure opens a file that
 * was published. So people have a name of their own in each family of datasets, the same in every build: what a model learns
 * of the name can be joined back to the person by the one row that tells them apart, and by nothing once that row is gone
 * with them. Rows of theirs have names that a salt of the build makes, which nobody keeps. Joins within a build go on working.
 */
import { createHmac, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isUuid, uuidFromBytes } from "../../domain/ids.ts"
import type { DatasetRow } from "./columns.ts"

/** Rows of one person come one after another: these many names are remembered at a time. */
const REMEMBERED = 10_000
const SALT_BYTES = 32
const PAGE = 10_000
const UUID_BYTES = 16
/** A person's id, and the name: thirty-two megabytes for a million people. */
const ENTRY_BYTES = 2 * UUID_BYTES
const FIRST_ENTRIES = 1_024

/** Where an id stands in a row: the column, and the fields within it. Several ids in one place are joined by `+`. */
export type IdPath = readonly [column: string, ...fields: ReadonlyArray<string>]

const replaced = (value: unknown, [field, ...rest]: ReadonlyArray<string>, alias: (id: string) => string): unknown => {
  if (field === undefined) return typeof value === "string" ? value.split("+").map(alias).join("+") : value
  if (typeof value !== "object" || value === null) return value
  return { ...value, [field]: replaced((value as Record<string, unknown>)[field], rest, alias) }
}

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll("-", ""), "hex")

/** The names of a family's people, packed and in order of their ids. */
export class Pseudonyms {
  #entries = Buffer.allocUnsafe(FIRST_ENTRIES * ENTRY_BYTES)
  #count = 0

  /** People come in the order of their ids. */
  add(id: string, name: string): void {
    const at = this.#count++ * ENTRY_BYTES
    if (at === this.#entries.length) {
      this.#entries = Buffer.concat([this.#entries, Buffer.allocUnsafe(this.#entries.length)])
    }
    this.#entries.set(bytesOf(id), at)
    this.#entries.set(bytesOf(name), at + UUID_BYTES)
  }

  of(id: string): string | undefined {
    if (!isUuid(id)) return undefined
    const wanted = bytesOf(id)
    let low = 0
    let high = this.#count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const at = middle * ENTRY_BYTES
      const order = this.#entries.compare(wanted, 0, UUID_BYTES, at, at + UUID_BYTES)
      if (order === 0) return uuidFromBytes(this.#entries.subarray(at + UUID_BYTES, at + ENTRY_BYTES))
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }
}

/** Gives everybody a name in this family who has none yet. Outside of a build's own reading, which changes nothing. */
export const namePeople = Effect.fnUntraced(function* (family: string) {
  const sql = yield* SqlClient
  yield* sql`
    insert into dataset_pseudonyms (family, user_id)
    select ${family}, u.id from users u
    where u.deleted_at is null
      and not exists (select from dataset_pseudonyms p where p.family = ${family} and p.user_id = u.id)
    on conflict do nothing`
})

export const pseudonymsOf = Effect.fnUntraced(function* (family: string) {
  const sql = yield* SqlClient
  const names = new Pseudonyms()
  let after = "00000000-0000-0000-0000-000000000000"
  for (;;) {
    const page = yield* sql<{ user_id: string; pseudonym: string }>`
      select user_id, pseudonym from dataset_pseudonyms
      where family = ${family} and user_id > ${after}::uuid order by user_id limit ${PAGE}`
    for (const { pseudonym, user_id } of page) names.add(user_id, pseudonym)
    if (page.length < PAGE) return names
    after = page.at(-1)!.user_id
  }
})

/** Whoever has no name in the family, such as somebody who left while it was built, gets one that nobody keeps. */
export const renaming = (
  names: Pseudonyms,
  paths: { readonly people: ReadonlyArray<IdPath>; readonly ids: ReadonlyArray<IdPath> }
): ((row: DatasetRow) => DatasetRow) => {
  const salt = randomBytes(SALT_BYTES)
  const remembered = new Map<string, string>()
  const alias = (id: string): string => {
    let name = remembered.get(id)
    if (name === undefined) {
      const bytes = createHmac("sha256", salt).update(id).digest()
      bytes[6] = (bytes[6]! & 0x0f) | 0x80
      bytes[8] = (bytes[8]! & 0x3f) | 0x80
      name = uuidFromBytes(bytes)
      if (remembered.size >= REMEMBERED) remembered.clear()
      remembered.set(id, name)
    }
    return name
  }
  const person = (id: string): string => names.of(id) ?? alias(id)
  return (row) => {
    const named: Record<string, unknown> = { ...row }
    for (const [column, ...fields] of paths.people) named[column] = replaced(named[column], fields, person)
    for (const [column, ...fields] of paths.ids) named[column] = replaced(named[column], fields, alias)
    return named
  }
}
