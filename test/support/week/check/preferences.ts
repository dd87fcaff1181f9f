/**
 * Who preferred which place to which: of everything that somebody was shown, what they wanted in the end against all that they did
 * not. A preference is said once, where it was stated first. Candidates that nobody saw may stand on the side that was not wanted;
 * where nothing else fitted there are none of them either, and no preference.
 */
import type { Deed, Shown, WeekRecord } from "../record.ts"
import { Evidence } from "./assignment.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"
import type { Row, Rows } from "./rows.ts"

const WANTED = new Set<Deed["outcome"]>(["confirmed", "kept", "swiped_right"])
const TURNED_DOWN = new Set<Deed["outcome"]>(["swapped", "removed", "skipped", "swiped_left"])

/** What one person made of what they were shown. */
interface Judged {
  readonly who: string
  readonly gone: boolean
  readonly shown: Shown
  readonly wanted: ReadonlySet<string>
  readonly down: ReadonlySet<string>
  readonly others: ReadonlySet<string>
}

const judgedBy = (record: WeekRecord): ReadonlyArray<Judged> => {
  const showings = new Map(record.shown.map((shown) => [shown.id, shown]))
  const last = new Map<string, Map<string, Deed>>()
  for (const deed of record.deeds) {
    const key = `${deed.who} ${deed.shown}`
    const places = last.get(key) ?? new Map<string, Deed>()
    last.set(key, places)
    const before = places.get(deed.node)
    // Whoever passed a place and came along all the same did not choose it.
    if (deed.outcome === "kept" && before?.outcome === "skipped") continue
    if (before === undefined || before.at[0] <= deed.at[0]) places.set(deed.node, deed)
  }
  return [...last].flatMap(([, places]) => {
    const deeds = [...places.values()]
    const { who, shown: id } = deeds[0]!
    const shown = showings.get(id)
    if (shown === undefined) return []
    const those = (outcomes: ReadonlySet<Deed["outcome"]>) =>
      new Set(deeds.filter(({ outcome }) => outcomes.has(outcome)).map(({ node }) => node))
    const wanted = those(WANTED)
    const others = new Set([...shown.nodes, ...places.keys()].filter((node) => !wanted.has(node)))
    return [{ who, gone: isGone(record, who), shown, wanted, down: those(TURNED_DOWN), others }]
  })
}

interface Group {
  readonly name: string
  readonly at: number
  readonly rows: ReadonlyArray<Row>
  readonly wanted: ReadonlySet<string>
}

const groupsOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Group> => {
  const groups = new Map<string, Array<Row>>()
  for (const row of rows) {
    const key = `${row.decision_id} ${row.user_id}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return [...groups.values()].map((all) => ({
    name: all[0].user_id,
    at: all[0].timestamp.getTime(),
    rows: all,
    wanted: new Set(all.map(({ positive_id }) => positive_id))
  }))
}

/** Where a preference over that place comes from: turning it down says it more surely than not taking it. */
const originOf = ({ down, shown }: Judged, other: string): string => (down.has(other) ? "accept_skip" : shown.surface)

/** How much of the group the judgement explains: nothing where it wants another place, or was shown elsewhere or at another time. */
const explained = ({ at, rows, wanted: taken }: Group, judged: Judged): number => {
  const { gone, others, shown, wanted } = judged
  if (!gone && !within(at, shown.at)) return 0
  if (![...taken].every((node) => wanted.has(node))) return 0
  if (rows.some(({ origin }) => origin !== "accept_skip" && origin !== shown.surface)) return 0
  const seen = rows.filter(({ negative_id }) => others.has(negative_id))
  return 1 + seen.length + seen.filter(({ negative_id, origin }) => origin === originOf(judged, negative_id)).length
}

/**
 * The rows of what each person judged. People are known by all that they said together, and then each of their judgements among
 * what their name said; of whoever left there is neither name nor moment, and what fits best is theirs.
 */
const groupsFor = (all: ReadonlyArray<Judged>, groups: ReadonlyArray<Group>) => {
  const stayed = all.filter(({ gone }) => !gone)
  const people = new Evidence<string, string>()
  for (const judged of stayed) {
    const best = new Map<string, number>()
    for (const group of groups) {
      const weight = explained(group, judged)
      if (weight > (best.get(group.name) ?? 0)) best.set(group.name, weight)
    }
    for (const [name, weight] of best) people.add(judged.who, name, weight)
  }
  const nameOf = people.pairs
  const known = new Set(nameOf.values())
  const evidence = new Evidence<Judged, Group>()
  for (const judged of all) {
    for (const group of groups) {
      if (judged.gone ? known.has(group.name) : group.name !== nameOf.get(judged.who)) continue
      const weight = explained(group, judged)
      if (weight > 0) evidence.add(judged, group, weight)
    }
  }
  return { nameOf, groupOf: evidence.pairs }
}

const checkRows = (findings: Findings, judged: Judged, group: Group): void => {
  const { shown, wanted } = judged
  for (const { negative_id, origin, positive_id } of group.rows) {
    const what = `${positive_id} over ${negative_id} in ${shown.surface} ${shown.id}`
    if (wanted.has(negative_id)) findings.invented(`${what}: both were wanted`)
    if (shown.surface === "discovery" && !shown.nodes.includes(negative_id))
      findings.invented(`${what}: the other was not shown`)
    findings.equal(`where ${what} comes from`, origin, originOf(judged, negative_id))
  }
}

/** When each preference was stated, and each place preferred for the first time, by the name that stated it. */
const statedBy = (rows: ReadonlyArray<Row>): ReadonlyMap<string, number> => {
  const stated = new Map<string, number>()
  for (const { negative_id, positive_id, timestamp, user_id } of rows) {
    const at = timestamp.getTime()
    stated.set(`${user_id} ${positive_id} ${negative_id}`, at)
    const place = `${user_id} ${positive_id}`
    stated.set(place, Math.min(at, stated.get(place) ?? at))
  }
  return stated
}

export const checkPreferences = (record: WeekRecord, all: Rows): Agreement => {
  // What was stated before is there for whoever asks what a slate was.
  const rows = all.rows.filter(({ repeated }) => repeated !== true)
  const findings = new Findings()
  const groups = groupsOf(rows)
  const judged = judgedBy(record).filter(({ shown, wanted }) => wanted.size > 0 && shown.alone !== true)
  const { groupOf, nameOf } = groupsFor(judged, groups)
  const said = new Set<string>()
  const stated = statedBy(rows)
  const known = new Set(nameOf.values())
  const wantedByWhoeverLeft = new Set(
    rows.filter(({ user_id }) => !known.has(user_id)).map(({ positive_id }) => positive_id)
  )
  for (const one of judged.toSorted((a, b) => a.shown.at[0] - b.shown.at[0])) {
    const group = groupOf.get(one)
    if (group !== undefined) checkRows(findings, one, group)
    // Who left has a name for each trip: what they said in one is not known in another.
    const speaker = one.gone ? `${one.who} ${one.shown.trip ?? one.shown.id}` : one.who
    const name = group?.name ?? nameOf.get(one.who)
    for (const wanted of one.wanted) {
      for (const other of one.others) {
        const pair = `${speaker} ${wanted} ${other}`
        if (said.has(pair)) continue
        said.add(pair)
        // It may have been stated before, against a candidate that nobody saw then.
        const at = stated.get(`${name} ${wanted} ${other}`)
        const what = `${wanted} over ${other} by ${one.who} in ${one.shown.surface} ${one.shown.id}`
        findings.expect(at !== undefined && (one.gone || at <= one.shown.at[1]), what)
      }
      // Alone in what was shown, it stands against candidates that nobody saw, then or where it was wanted before.
      if (one.others.size > 0) continue
      const before = stated.get(`${name} ${wanted}`)
      const elsewhere = one.gone ? wantedByWhoeverLeft.has(wanted) : before !== undefined && before <= one.shown.at[1]
      findings.expect(
        group?.wanted.has(wanted) === true || elsewhere,
        `${wanted} by ${one.who} in ${one.shown.surface} ${one.shown.id}`
      )
    }
  }
  const found = new Set(groupOf.values())
  for (const group of groups) {
    if (found.has(group)) continue
    const { at, rows: all, wanted } = group
    findings.invented(`${all.length} preferences for ${[...wanted].join(", ")} at ${new Date(at).toISOString()}`)
  }
  return findings.agreement
}
