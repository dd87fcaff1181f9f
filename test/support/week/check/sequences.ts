/** What each person said of places, in sessions. */
import type { Signal, WeekRecord } from "../record.ts"
import { Evidence } from "./assignment.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"
import type { Rows } from "./rows.ts"

/** Looking is no opinion, and neither is letting an offer be. */
const OPINIONS = new Set([
  "slot_accept",
  "slot_skip",
  "slot_swap",
  "pivot_accept",
  "pivot_dismiss",
  "thumbs_up",
  "thumbs_down",
  "discovery_swipe_right",
  "discovery_swipe_left",
  "post_trip_rating"
])

interface Told {
  readonly name: string
  readonly session: string
  readonly type: string
  readonly node: string
  readonly at: number
}

/** All that was told of a place in one word, in the order in which it happened. */
const tellings = (findings: Findings, { rows }: Rows): ReadonlyMap<string, Array<Told>> => {
  const told = new Map<string, Array<Told>>()
  for (const { user_id, session_id, node_ids, signal_types, times } of rows) {
    const order: ReadonlyArray<number> = times.map((time: Date) => time.getTime())
    for (const [i, node] of node_ids.entries()) {
      const key = `${signal_types[i]} ${node}`
      const one = { name: user_id, session: `${user_id} ${session_id}`, type: signal_types[i], node, at: order[i]! }
      told.set(key, [...(told.get(key) ?? []), one])
    }
    if (order.some((at, i) => i > 0 && at < order[i - 1]!)) findings.wrong(`a session of ${user_id} is not in order`)
  }
  for (const all of told.values()) all.sort((a, b) => a.at - b.at)
  return told
}

const keyOf = ({ node, type }: Signal) => `${type} ${node}`
const sessionOf = ({ session, who }: Signal) => `${who} ${session}`

export const checkSequences = (record: WeekRecord, rows: Rows): Agreement => {
  const findings = new Findings()
  const told = tellings(findings, rows)
  const expected = record.signals.filter(({ node, type }) => node !== null && OPINIONS.has(type))
  const stayed = expected.filter(({ who }) => !isGone(record, who)).sort((a, b) => a.at[1] - b.at[1])
  const candidates = (signal: Signal) => (told.get(keyOf(signal)) ?? []).filter(({ at }) => within(at, signal.at))

  const people = new Evidence<string, string>()
  for (const signal of stayed) {
    for (const name of new Set(candidates(signal).map(({ name }) => name))) people.add(signal.who, name)
  }
  const nameOf = people.pairs
  const sessions = new Evidence<string, string>()
  for (const signal of stayed) {
    const theirs = candidates(signal).filter(({ name }) => name === nameOf.get(signal.who))
    for (const session of new Set(theirs.map(({ session }) => session))) sessions.add(sessionOf(signal), session)
  }
  const tellingOf = sessions.pairs

  const expect = (signal: Signal, fits: (one: Told) => boolean) => {
    const open = told.get(keyOf(signal)) ?? []
    const at = open.findIndex(fits)
    const moment = new Date(signal.at[0]).toISOString()
    findings.expect(at >= 0, `${signal.type} of ${signal.node} by ${signal.who} at ${moment}`)
    if (at >= 0) open.splice(at, 1)
  }
  for (const signal of stayed) {
    const session = tellingOf.get(sessionOf(signal))
    expect(signal, (one) => one.session === session && within(one.at, signal.at))
  }
  const known = new Set(nameOf.values())
  for (const signal of expected) if (isGone(record, signal.who)) expect(signal, ({ name }) => !known.has(name))
  for (const one of [...told.values()].flat()) {
    findings.invented(`${one.type} of ${one.node} at ${new Date(one.at).toISOString()}`)
  }
  return findings.agreement
}
