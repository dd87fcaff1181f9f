/** What a dataset is: its columns, and how its rows are read as of their own time. */
import type * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Columns, DatasetRow } from "./columns.ts"
import type { IdPath } from "./pseudonyms.ts"

export interface Range {
  /** Unix milliseconds. */
  readonly from: number
  readonly to: number
  /**
   * Of what was made in that time only what something was heard of since then; all of it where absent. A night asks so for a data
   * set that ripens: a plan is made months before anybody accepts it, and a place is kept when its trip is over.
   */
  readonly heardFrom?: number
}

export interface Reading {
  readonly range: Range
  /** A row of the dataset proper; with the user it belongs to and its time, by which it is split. */
  readonly row: (row: DatasetRow, user: string, at: number) => void
  /** A row of a file of its own, such as plans that were never accepted. */
  readonly aside: (row: DatasetRow) => void
  /** Something that was left out, and why: counted. */
  readonly skip: (reason: string) => void
  /** An input that was not known yet at the row's time. */
  readonly leak: () => void
}

export interface Definition {
  readonly columns: Columns
  /** Where rows name a person: published under the name that the person has in this family of datasets. */
  readonly people: ReadonlyArray<IdPath>
  /** Where rows name a row that is a person's own: published under names of this build alone. */
  readonly ids: ReadonlyArray<IdPath>
  /** Columns of the file aside, and its name. */
  readonly aside?: { readonly name: string; readonly columns: Columns }
  /** Whether rows rank places of cities. */
  readonly ranks?: boolean
  /** Whether a row says enough to be told apart from all others; without it, every one does. */
  readonly telling?: (row: DatasetRow) => boolean
  /** Whether people take part only if they like. */
  readonly voluntary?: boolean
  /** Rows have no time of their own: they are split by whom they are about alone. */
  readonly untimed?: boolean
  /** What becomes of its rows shows long after they were made: a night takes what it heard of in its days, whenever that was made. */
  readonly ripens?: boolean
  /** The rows' times (`at`) for a range (`$1`, `$2`, heard of from `$3` on), where that is quicker than reading the rows. */
  readonly times?: string
  /** The query, as it stands in the lineage. */
  readonly query: string
  readonly read: (reading: Reading) => Effect.Effect<void, SqlError, SqlClient>
}
