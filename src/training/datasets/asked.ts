/** What one build of a dataset is: of which times, and under which name it is published. */
import { join } from "node:path"
import { MS_PER_DAY } from "../../domain/time/calendar.ts"
import { FURTHEST_DAYS, MAX_DAYS } from "../../domain/trip/request.ts"
import type { DatasetName, DatasetRequest } from "../../services/datasets.ts"
import type { Definition, Range } from "./definition.ts"
import { entryOf } from "./published.ts"

/** How long before its own days something that a night hears of may have been made: planned as far ahead as can be, and travelled. */
const RIPENS_MS = (FURTHEST_DAYS + 2 * MAX_DAYS) * MS_PER_DAY

export interface BuildOptions {
  readonly root: string
  readonly trackingUri: string | undefined
  /** Takes the place of a dataset's own definition; for tests of the machinery. */
  readonly definition?: Definition
}

/** One build: what is asked for, of which times, and where its draft lies until it is published. */
export interface Build {
  readonly options: BuildOptions
  readonly definition: Definition
  readonly name: DatasetName
  readonly keepRefused: boolean
  readonly startedAt: number
  readonly today: string
  /** Of a night, or by hand: the two are compared with their own kind. */
  readonly nightly: boolean
  /** The name of its folder. */
  readonly entry: string
  readonly range: Range
  readonly home: string
  readonly partial: string
}

export const buildOf = (
  options: BuildOptions,
  definition: Definition,
  request: DatasetRequest,
  startedAt: number
): Build => {
  const today = new Date(startedAt).toISOString().slice(0, 10)
  const home = join(options.root, request.name)
  const nightly = request.nightly === true
  const entry = entryOf(today, nightly)
  const from = request.from ?? 0
  const to = request.to ?? startedAt
  return {
    options,
    definition,
    name: request.name,
    keepRefused: request.keepRefused === true,
    startedAt,
    today,
    nightly,
    entry,
    range:
      nightly && definition.ripens === true
        ? { from: Math.max(0, from - RIPENS_MS), to, heardFrom: from }
        : { from, to },
    home,
    partial: join(home, `.${entry}.partial`)
  }
}
