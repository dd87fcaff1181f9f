/** Holds what six data sets say of a week against the record of it. */
import type { DatasetName } from "../../../../src/services/datasets.ts"
import type { WeekRecord } from "../record.ts"
import type { Agreement } from "./findings.ts"
import { checkMatches } from "./matches.ts"
import { checkPivots } from "./pivots.ts"
import { checkPlaces } from "./places.ts"
import { checkPlanner } from "./planner.ts"
import { checkPreferences } from "./preferences.ts"
import type { Rows } from "./rows.ts"
import { checkSequences } from "./sequences.ts"

export const CHECKS: Readonly<Record<DatasetName, (record: WeekRecord, rows: Rows) => Agreement>> = {
  planner: checkPlanner,
  bpr_triples: checkPreferences,
  sequences: checkSequences,
  pivot_acceptance: checkPivots,
  vibe_labels: checkPlaces,
  companion_match: checkMatches
}
