/**
 * Who preferred which place to which: of everything that somebody was shown, what they wanted in the end against all that they did
 * not. A preference is said once, where it was stated first. Candidates that nobody saw may stand on the side that was not wanted.
 */
import type { Deed, Shown, WeekRecord } from "../record.ts"
import { type Agreement, Findings, isGone, Names, within } from "./findings.ts"
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

const groupsOf = (rows: ReadonlyArray<Row>): Set<Group> => {
  const groups = new Map<string, Array<Row>>()
  for (const row of rows) {
    const key = `${row.decision_id} ${row.user_id}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [row])
    else known.push(row)
  }
  return new Set(
    [...groups.values()].map((all) => ({
      name: all[0].user_id,
      at: all[0].timestamp.getTime(),
      rows: all,
      wanted: new Set(all.map(({ positive_id }) => positive_id))
    }))
  )
}

/** How many of the preferences that must be there are in the group. */
const covered = ({ rows }: Group, { others, wanted }: Judged): number =>
  rows.filter(({ negative_id, positive_id }) => wanted.has(positive_id) && others.has(negative_id)).length

/**
 * The rows of what one person judged: of that moment and kind, with nothing else on the side that was wanted. Of whoever left
 * there is no moment: what fits best is theirs.
 */
const groupOf = (groups: Set<Group>, names: Names, judged: Judged): Group | undefined => {
  const { gone, shown, wanted, who } = judged
  let best: Group | undefined
  for (const group of groups) {
    if (![...group.wanted].every((node) => wanted.has(node))) continue
    if (group.rows.some(({ origin }) => origin !== "accept_skip" && origin !== shown.surface)) continue
    if (gone) {
      if (names.has(group.name)) continue
      if (best === undefined || covered(group, judged) > covered(best, judged)) best = group
    } else if (within(group.at, shown.at) && names.fits(who, group.name)) return group
  }
  return best
}

const checkRows = (findings: Findings, { down, shown, wanted }: Judged, group: Group): void => {
  for (const { negative_id, origin, positive_id } of group.rows) {
    const what = `${positive_id} over ${negative_id} in ${shown.surface} ${shown.id}`
    if (wanted.has(negative_id)) findings.invented(`${what}: both were wanted`)
    if (shown.surface === "discovery" && !shown.nodes.includes(negative_id))
      findings.invented(`${what}: the other was not shown`)
    findings.equal(`where ${what} comes from`, origin, down.has(negative_id) ? "accept_skip" : shown.surface)
  }
}

/** When each preference was stated, by the name that stated it. */
const statedBy = (rows: ReadonlyArray<Row>): ReadonlyMap<string, number> =>
  new Map(rows.map((row) => [`${row.user_id} ${row.positive_id} ${row.negative_id}`, row.timestamp.getTime()]))

export const checkPreferences = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const names = new Names()
  const groups = groupsOf(rows)
  const judged = judgedBy(record).filter(({ wanted }) => wanted.size > 0)
  const order = (one: Judged) => (one.gone ? 1 : 0)
  const said = new Set<string>()
  const stated = statedBy(rows)
  for (const one of judged.toSorted((a, b) => order(a) - order(b) || a.shown.at[0] - b.shown.at[0])) {
    const group = groupOf(groups, names, one)
    if (group !== undefined) {
      groups.delete(group)
      checkRows(findings, one, group)
    }
    // Who left has a name for each trip: what they said in one is not known in another.
    const speaker = one.gone ? `${one.who} ${one.shown.trip ?? one.shown.id}` : one.who
    const name = group?.name ?? names.of(one.who)
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
      // Alone in what was shown, it stands against candidates that nobody saw.
      if (one.others.size > 0) continue
      findings.expect(
        group?.wanted.has(wanted) === true,
        `${wanted} by ${one.who} in ${one.shown.surface} ${one.shown.id}`
      )
    }
  }
  for (const { at, rows: all, wanted } of groups) {
    findings.invented(`${all.length} preferences for ${[...wanted].join(", ")} at ${new Date(at).toISOString()}`)
  }
  return findings.agreement
}
