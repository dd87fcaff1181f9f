/**
 * What was shown, as travelers can read it of themselves: each day of a plan, each slate, offer and swap, and what they only looked
 * through, also where they wanted none of it.
 */
import type { Shown, WeekRecord } from "../record.ts"
import { type Findings, isGone, within } from "./findings.ts"

export interface HeldDecision {
  readonly id: string
  readonly user_id: string
  readonly trip_id: string | null
  readonly session_id: string | null
  readonly day_number: number | null
  readonly surface: Shown["surface"]
  readonly candidate_ids: ReadonlyArray<string>
  readonly selected_ids: ReadonlyArray<string>
  readonly occurred_at: string
}

const same = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => JSON.stringify(a) === JSON.stringify(b)
const sameInAnyOrder = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => same(a.toSorted(), b.toSorted())

const isDecision = (held: HeldDecision, { at, day, id, looked, nodes, surface, trip, who }: Shown): boolean => {
  if (held.surface !== surface || held.user_id !== who || held.trip_id !== trip) return false
  if (!within(Date.parse(held.occurred_at), at)) return false
  if (surface === "discovery") return held.session_id === id && same(held.candidate_ids, nodes)
  // Nothing was picked for whoever looks, and they saw all of it.
  if (looked === true) return same(held.selected_ids, []) && same(held.candidate_ids, nodes)
  if (surface === "pivot" && held.id !== id) return false
  return (held.day_number ?? undefined) === day && sameInAnyOrder(held.selected_ids, nodes)
}

/** The decision of each showing that was found. `unseen` are offers that reached nobody: nobody was shown what they hold. */
export const checkDecisions = (
  findings: Findings,
  record: WeekRecord,
  held: ReadonlyArray<HeldDecision>,
  unseen: ReadonlySet<string>
): ReadonlyMap<string, string> => {
  const left = [...held]
  const decisions = new Map<string, string>()
  for (const shown of record.shown) {
    if (isGone(record, shown.who)) continue
    const at = left.findIndex((one) => isDecision(one, shown))
    const moment = new Date(shown.at[0]).toISOString()
    findings.expect(at >= 0, `the ${shown.nodes.length} places of ${shown.surface} ${shown.id} at ${moment}`)
    if (at < 0) continue
    decisions.set(shown.id, left[at]!.id)
    left.splice(at, 1)
  }
  for (const { id, occurred_at, selected_ids, surface } of left)
    if (!unseen.has(id)) findings.invented(`the ${surface} ${id} of ${selected_ids.join(", ")} at ${occurred_at}`)
  return decisions
}
