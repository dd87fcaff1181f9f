/**
 * What travelers can read of themselves, and no data set holds: edits after a plan was accepted and those of plans that nobody
 * accepted, what was shown though nobody wanted any of it, offers to a party, and what became of each place, by the decision that
 * showed it.
 */
import type { Deed, WeekRecord } from "../record.ts"
import { checkDecisions, type HeldDecision } from "./decisions.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"
import { checkOffers, type HeldOffer } from "./offers.ts"

/** What one person can read of themselves. */
export interface Held {
  readonly edits: ReadonlyArray<HeldEdit>
  readonly outcomes: ReadonlyArray<HeldOutcome>
  readonly decisions: ReadonlyArray<HeldDecision>
  readonly offers: ReadonlyArray<HeldOffer>
  readonly signals: ReadonlyArray<HeldSignal>
}

interface HeldSignal {
  readonly id: string
  readonly decision_id: string | null
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
  readonly decision_id: string
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

/**
 * `decisions` are those of what was shown, which is all of it: a place that was added by hand is a decision with one candidate. None is
 * known of what somebody showed who left for good, nor of one that is lost, which is told elsewhere.
 */
const checkOutcomes = (
  findings: Findings,
  record: WeekRecord,
  held: ReadonlyArray<HeldOutcome>,
  decisions: ReadonlyMap<string, string>
): void => {
  const deeds = record.deeds.filter(({ who }) => !isGone(record, who))
  const unknown = new Set(record.shown.flatMap(({ id }) => (decisions.has(id) ? [] : [id])))
  const open = Map.groupBy(deeds, ({ node, outcome, who }) => `${who} ${outcome} ${node}`)
  // In the order of time, each for the deed whose window ends first: so no other choice would find more.
  for (const all of open.values()) all.sort((a, b) => a.at[1] - b.at[1])
  const isOf = (one: HeldOutcome, fits: (deed: Deed) => boolean): boolean => {
    const theirs = open.get(`${one.user_id} ${one.outcome} ${one.activity_node_id}`) ?? []
    return taken(theirs, (deed) => within(Date.parse(one.occurred_at), deed.at) && fits(deed))
  }
  const said = held.toSorted((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at))
  const others = said
    .filter((one) => !isOf(one, ({ shown }) => decisions.get(shown) === one.decision_id))
    .filter((one) => !isOf(one, ({ shown }) => unknown.has(shown)))
  const astray = new Set<Deed>()
  for (const one of others) {
    const { activity_node_id, decision_id, occurred_at, outcome, user_id } = one
    const what = `${activity_node_id}, ${outcome} by ${user_id} at ${occurred_at}`
    if (isOf(one, (deed) => astray.add(deed) !== undefined)) findings.wrong(`${what}, is credited to ${decision_id}`)
    else findings.invented(what)
  }
  const lost = new Set([...open.values()].flat())
  for (const deed of deeds) {
    const { at, node, outcome, shown, who } = deed
    if (astray.has(deed)) findings.expected++
    else
      findings.expect(!lost.has(deed), `${node} of ${shown}, ${outcome} by ${who} at ${new Date(at[0]).toISOString()}`)
  }
}

/** What apps sent answers the decision that showed its place. */
const checkSignals = (
  findings: Findings,
  record: WeekRecord,
  held: ReadonlyArray<HeldSignal>,
  decisions: ReadonlyMap<string, string>
): void => {
  const credited = new Map(held.map(({ decision_id, id }) => [id, decision_id]))
  for (const { id, node, shown, type, who } of record.signals) {
    if (id === null || isGone(record, who)) continue
    findings.expect(credited.has(id), `the ${type} ${id} of ${node} by ${who}`)
    const decision = decisions.get(shown ?? "")
    if (credited.has(id) && decision !== undefined)
      findings.equal(`the decision that ${type} ${id} answers`, credited.get(id), decision)
  }
}

export const checkLog = (record: WeekRecord, all: ReadonlyArray<Held>): Agreement => {
  const findings = new Findings()
  checkEdits(
    findings,
    record,
    all.flatMap(({ edits }) => edits)
  )
  const unseen = checkOffers(
    findings,
    record,
    all.flatMap(({ offers }) => offers)
  )
  const decided = all.flatMap(({ decisions }) => decisions)
  const decisions = checkDecisions(findings, record, decided, unseen)
  checkOutcomes(
    findings,
    record,
    all.flatMap(({ outcomes }) => outcomes),
    decisions
  )
  checkSignals(
    findings,
    record,
    all.flatMap(({ signals }) => signals),
    decisions
  )
  return findings.agreement
}
