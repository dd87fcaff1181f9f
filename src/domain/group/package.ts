/**
 * A group's candidates, made ready for assembly: scores that give everybody their part, and the rule that every day
 * has something for each member. Afterwards: what each member got, in words.
 */
import type { CityCatalog } from "../catalog/city-catalog.ts"
import type { Coverage } from "../itinerary/model.ts"
import { type AffinityMatrix, favouriteFrom } from "./affinity.ts"
import { fairnessOf } from "./fairness.ts"
import { FAVOURITES, type GroupMethod, groupScores, unenvied } from "./methods.ts"

/** What measuring chose: see the decision on group packages. */
export const GROUP_METHOD: GroupMethod = "proportional"

/** More members than bits in a coverage mask cannot be told apart; parties are far smaller. */
const MOST_MEMBERS = 31

export interface GroupPackage {
  readonly method: GroupMethod
  /** Every candidate once, best first: the `scores` of an assembly. */
  readonly scores: ReadonlyArray<{ readonly index: number; readonly score: number }>
  /** The `coverage` of an assembly. */
  readonly coverage: Coverage
}

/** Favourites are candidates in a member's best fifth; a member's own are those that hardly anybody likes better. */
export const coverageOf = (affinity: AffinityMatrix): Coverage => {
  const n = affinity.indexes.length
  const members = Math.min(affinity.members, MOST_MEMBERS)
  const serves = new Map<number, number>()
  const owns = new Map<number, number>()
  const mark = (masks: Map<number, number>, c: number, member: number) => {
    const index = affinity.indexes[c]!
    masks.set(index, (masks.get(index) ?? 0) | (1 << member))
  }
  for (let m = 0; m < members; m++) {
    const line = favouriteFrom(affinity, m, FAVOURITES)
    for (let c = 0; c < n; c++) {
      if (affinity.own[m * n + c]! >= line) mark(serves, c, m)
      if (unenvied(affinity, m, c)) mark(owns, c, m)
    }
  }
  return { members, serves: (index) => serves.get(index) ?? 0, owns: (index) => owns.get(index) ?? 0 }
}

/** The fair package of a group for a trip of about `stops` stops. */
export const groupPackage = (
  affinity: AffinityMatrix,
  stops: number,
  method: GroupMethod = GROUP_METHOD
): GroupPackage => {
  const scores = groupScores(affinity, stops, method)
  return {
    method,
    scores: Array.from(scores, (score, c) => ({ index: affinity.indexes[c]!, score })).sort(
      (a, b) => b.score - a.score || a.index - b.index
    ),
    coverage: coverageOf(affinity)
  }
}

export interface MemberExplanation {
  readonly member: number
  readonly satisfaction: number
  readonly proportional: boolean
  readonly envy_free: boolean
  /** The stops that are there for this member, most liked first. */
  readonly node_ids: ReadonlyArray<string>
  readonly message: string
}

/** Stops that an explanation names. */
const NAMED = 3

/** What each member got out of the chosen stops (node indexes), told without comparing members by name. */
export const explainPackage = (
  catalog: CityCatalog,
  affinity: AffinityMatrix,
  chosen: ReadonlyArray<number>
): ReadonlyArray<MemberExplanation> => {
  const at = new Map(Array.from(affinity.indexes, (index, c) => [index, c]))
  const positions = chosen.flatMap((index) => at.get(index) ?? [])
  return fairnessOf(affinity, positions).shares.map((share) => {
    const nodes = share.favourites.map((c) => catalog.nodes[affinity.indexes[c]!]!)
    const names = nodes.slice(0, NAMED).map((node) => node.name)
    return {
      member: share.member,
      satisfaction: Math.round(share.satisfaction * 100) / 100,
      proportional: share.proportional,
      envy_free: share.envyFree,
      node_ids: nodes.map((node) => node.id),
      message:
        nodes.length === 0
          ? `None of the ${positions.length} stops is among your favourites: none of those was open, in reach and within the constraints.`
          : `${nodes.length} of ${positions.length} stops are among your favourites, such as ${names.join(", ")}.`
    }
  })
}
