/**
 * Edits and outcomes as travelers can read them of themselves: also those after a plan was accepted, those of plans that nobody
 * accepted, and what became of places that nobody wanted, none of which is in a data set.
 */
import type { WeekRecord } from "../record.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"

/** What one person can read of themselves. */
export interface Held {
  readonly edits: ReadonlyArray<HeldEdit>
  readonly outcomes: ReadonlyArray<HeldOutcome>
}

interface HeldEdit {
  readonly unit_id: string
  readonly timestamp: string
  readonly payload: {
    readonly trip_id: string
    readonly edit: string
    readonly day: number
    readonly order: number
    readonly from: string | null
    readonly to: string | null
  }
}

interface HeldOutcome {
  readonly user_id: string
  readonly activity_node_id: string
  readonly outcome: string
  readonly occurred_at: string
}

/** Takes one that fits out of the list. */
const taken = <A>(list: Array<A>, fits: (one: A) => boolean): boolean => {
  const at = list.findIndex(fits)
  if (at >= 0) list.splice(at, 1)
  return at >= 0
}

const checkEdits = (findings: Findings, record: WeekRecord, held: ReadonlyArray<HeldEdit>): void => {
  const left = [...held]
  const owners = new Map(record.plans.map(({ owner, trip }) => [trip, owner]))
  for (const { at, day, edit, from, order, to, trip } of record.edits) {
    if (isGone(record, owners.get(trip)!)) continue
    const found = taken(
      left,
      ({ payload, timestamp }) =>
        payload.trip_id === trip &&
        payload.edit === edit &&
        payload.day === day &&
        payload.order === order &&
        (payload.from ?? null) === from &&
        (payload.to ?? null) === to &&
        within(Date.parse(timestamp), at)
    )
    findings.expect(found, `the ${edit} of ${from} to ${to} on day ${day} of trip ${trip}`)
  }
  for (const { payload, timestamp } of left)
    findings.invented(
      `a ${payload.edit} of ${payload.from} to ${payload.to} in trip ${payload.trip_id} at ${timestamp}`
    )
}

const checkOutcomes = (findings: Findings, record: WeekRecord, held: ReadonlyArray<HeldOutcome>): void => {
  const deeds = record.deeds.filter(({ who }) => !isGone(record, who))
  const open = Map.groupBy(deeds, ({ node, outcome, who }) => `${who} ${outcome} ${node}`)
  // In the order of time, each for the deed whose window ends first: so no other choice would find more.
  for (const all of open.values()) all.sort((a, b) => a.at[1] - b.at[1])
  for (const { activity_node_id, occurred_at, outcome, user_id } of held.toSorted(
    (a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at)
  )) {
    const theirs = open.get(`${user_id} ${outcome} ${activity_node_id}`) ?? []
    if (!taken(theirs, ({ at }) => within(Date.parse(occurred_at), at)))
      findings.invented(`${activity_node_id}, ${outcome} by ${user_id} at ${occurred_at}`)
  }
  const lost = new Set([...open.values()].flat())
  // What nobody showed has an outcome only where it was among the candidates of a plan all the same.
  for (const deed of deeds.filter((one) => one.shown !== "nobody" || !lost.has(one))) {
    const { at, node, outcome, shown, who } = deed
    findings.expect(!lost.has(deed), `${node} of ${shown}, ${outcome} by ${who} at ${new Date(at[0]).toISOString()}`)
  }
}

export const checkLog = (record: WeekRecord, all: ReadonlyArray<Held>): Agreement => {
  const findings = new Findings()
  checkEdits(
    findings,
    record,
    all.flatMap(({ edits }) => edits)
  )
  checkOutcomes(
    findings,
    record,
    all.flatMap(({ outcomes }) => outcomes)
  )
  return findings.agreement
}
