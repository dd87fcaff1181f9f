/** What the statements of the model are made of: how they are told apart, and what they find in their parameters. */
import type { Row } from "./schema.ts"
import type { Store } from "./store.ts"
import { PgFailure } from "./types.ts"

export interface Executing {
  readonly store: Store
  /** Whose view of the rows counts. */
  readonly reader: object | undefined
  /** The server's clock, in Unix milliseconds. */
  readonly now: number
  readonly uuid: () => string
}

export interface Statement {
  /** How its text begins, every stretch of space being one. */
  readonly begins: string
  readonly writes: boolean
  readonly run: (at: Executing, params: ReadonlyArray<unknown>, text: string) => ReadonlyArray<Row>
}

export const NONE: ReadonlyArray<Row> = []

export const begun = (text: string): string => text.trim().replace(/\s+/g, " ")

export const reading = (begins: string, run: Statement["run"]): Statement => ({
  begins: begun(begins),
  writes: false,
  run
})

export const writing = (
  begins: string,
  run: (at: Executing, params: ReadonlyArray<unknown>, text: string) => ReadonlyArray<Row> | void
): Statement => ({ begins: begun(begins), writes: true, run: (at, params, text) => run(at, params, text) ?? NONE })

/** JSON text as rows. */
export const rowsIn = (param: unknown): ReadonlyArray<Row> => {
  const text = String(param)
  if (text.includes("\u0000")) throw new PgFailure("22021", "invalid byte sequence for encoding")
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed)) throw new PgFailure("22023", "cannot call json_to_recordset on a non-array")
  return parsed
}

/** `to_timestamp(x / 1000.0)`. */
export const stamp = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))

export const nullable = <A>(value: A | undefined | null): A | null => value ?? null

/** `distinct on (key)` after sorting: the first of each. */
export const firstOf = (rows: ReadonlyArray<Row>, key: (row: Row) => string): ReadonlyArray<Row> => {
  const seen = new Map<string, Row>()
  for (const row of rows) if (!seen.has(key(row))) seen.set(key(row), row)
  return [...seen.values()]
}

/** The parameters of a list, which is all of them where there is nothing else. */
export const idsIn = (params: ReadonlyArray<unknown>): ReadonlySet<unknown> => new Set(params.flat())
