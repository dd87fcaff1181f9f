/** Plans, what was changed in them by hand, and what their trips went on with. */
import type { Accepted, Plan, Stop, WeekRecord } from "../record.ts"
import { Evidence } from "./assignment.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"
import type { Row, Rows } from "./rows.ts"

const told = (slots: ReadonlyArray<Row> | null) =>
  (slots ?? []).map(({ day, order, node_id, starts_at, ends_at }) => [
    day,
    order,
    node_id,
    starts_at.getTime(),
    ends_at.getTime()
  ])

const was = (stops: ReadonlyArray<Stop>) =>
  stops.map(({ day, order, node, starts_at, ends_at }) => [day, order, node, starts_at, ends_at])

const places = (slots: ReadonlyArray<ReadonlyArray<unknown>>) => JSON.stringify(slots.map((slot) => slot.slice(0, 3)))

const textOf = (value: unknown): string => JSON.stringify(value)

/** The row of a plan among those that no other plan has. */
const taken = (left: Set<Row>, fits: (row: Row) => boolean): Row | undefined => {
  for (const row of left) {
    if (!fits(row)) continue
    left.delete(row)
    return row
  }
  return undefined
}

const sameEdits = (findings: Findings, record: WeekRecord, plan: Plan, until: number, row: Row, gone: boolean) => {
  const expected = record.edits.filter((edit) => edit.plan === plan.id && edit.at[0] <= until)
  const found: Array<Row> = [...(row["target.user_edits"] ?? [])]
  for (const edit of expected) {
    const at = found.findIndex(
      (one) =>
        one.edit === edit.edit &&
        one.day === edit.day &&
        one.order === edit.order &&
        one.from === edit.from &&
        one.to === edit.to &&
        (gone || within(one.at.getTime(), edit.at))
    )
    findings.expect(at >= 0, `the ${edit.edit} of ${edit.from} on day ${edit.day} of plan ${plan.id}`)
    if (at >= 0) found.splice(at, 1)
  }
  for (const one of found) findings.invented(`a ${one.edit} of ${one.from} in plan ${plan.id}`)
}

const previous = (record: WeekRecord, plan: Plan): Plan | undefined =>
  record.plans
    .filter((one) => one.trip === plan.trip && (one.undone === undefined || one.undone[1] > plan.at[0]))
    .findLast((one) => one.at[1] <= plan.at[0])

const sameInput = (findings: Findings, record: WeekRecord, plan: Plan, row: Row, gone: boolean) => {
  const { input } = row
  findings.equal(`the party of plan ${plan.id}`, input.traveler.party_size, plan.party)
  findings.equal(`how plan ${plan.id} came about`, [input.workflow_type, input.mode], [plan.workflow_type, plan.mode])
  const before = previous(record, plan)
  const stops = told(input.previous_plan)
  if (gone) findings.equal(`the plan before ${plan.id}`, places(stops), places(was(before?.stops ?? [])))
  else findings.equal(`the plan before ${plan.id}`, stops, was(before?.stops ?? []))
}

const owner = (row: Row): string => row["input.traveler.id"]
const planned = (row: Row, plan: Plan): boolean => within(row.timestamp.getTime(), plan.at)

/** Whether the row tells the plan as it was accepted; of whoever left, at whatever times. */
const tells = (row: Row, { stops }: Accepted, gone: boolean): boolean => {
  const [those, wanted] = [told(row["target.accepted_plan"]), was(stops)]
  return gone ? places(those) === places(wanted) : textOf(those) === textOf(wanted)
}

/** The names of owners who stayed, by all of their plans together. */
const namesOf = (record: WeekRecord, { rows, aside }: Rows): ReadonlyMap<string, string> => {
  const people = new Evidence<string, string>()
  for (const plan of record.plans) {
    if (isGone(record, plan.owner)) continue
    const accepted = record.accepted.find((one) => one.plan === plan.id)
    const mayBe =
      accepted === undefined
        ? aside.filter((row) => planned(row, plan))
        : rows.filter((row) => planned(row, plan) && tells(row, accepted, false))
    for (const name of new Set(mayBe.map(owner))) people.add(plan.owner, name)
  }
  return people.pairs
}

export const checkPlanner = (record: WeekRecord, all: Rows): Agreement => {
  const findings = new Findings()
  const nameOf = namesOf(record, all)
  const known = new Set(nameOf.values())
  const left = new Set(all.rows)
  const asides = new Set(all.aside)
  const byGone = (plan: Plan) => (isGone(record, plan.owner) ? 1 : 0)
  for (const plan of [...record.plans].sort((a, b) => byGone(a) - byGone(b))) {
    const accepted = record.accepted.find((one) => one.plan === plan.id)
    const gone = isGone(record, plan.owner)
    const here = (row: Row) =>
      gone ? !known.has(owner(row)) : planned(row, plan) && owner(row) === nameOf.get(plan.owner)
    if (accepted === undefined) {
      findings.expect(taken(asides, here) !== undefined, `plan ${plan.id}, which nobody accepted`)
      continue
    }
    const row = taken(left, (one) => here(one) && tells(one, accepted, gone))
    findings.expect(row !== undefined, `plan ${plan.id}, accepted with ${accepted.stops.length} stops`)
    if (row === undefined) continue
    findings.equal(`who accepted plan ${plan.id}`, row.accepted_by, accepted.by)
    sameEdits(findings, record, plan, accepted.at[1], row, gone)
    sameInput(findings, record, plan, row, gone)
    const waited = row.seconds_to_accept * 1_000
    const possible = [accepted.at[0] - plan.at[1], accepted.at[1] - plan.at[0]] as const
    if (!gone && !within(waited, possible))
      findings.wrong(`plan ${plan.id} was accepted after ${waited} ms, not ${possible.join(" to ")}`)
  }
  for (const row of left) findings.invented(`an accepted plan of ${row.timestamp.toISOString()}`)
  for (const row of asides) findings.invented(`a plan of ${row.timestamp.toISOString()} that nobody accepted`)
  return findings.agreement
}
