/** What each person said of places, in sessions. */
import type { Signal, WeekRecord } from "../record.ts"
import { type Agreement, Findings, isGone, Names, within } from "./findings.ts"
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

interface Found {
  readonly name: string
  readonly session: string
  readonly type: string
  readonly node: string
  readonly at: number
}

export const checkSequences = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const names = new Names()
  const sessions = new Names()
  const left = new Map<string, Array<Found>>()
  for (const { user_id, session_id, node_ids, signal_types, times } of rows) {
    for (const [i, node] of node_ids.entries()) {
      const key = `${signal_types[i]} ${node}`
      const found = {
        name: user_id,
        session: `${user_id} ${session_id}`,
        type: signal_types[i],
        node,
        at: times[i].getTime()
      }
      left.set(key, [...(left.get(key) ?? []), found])
    }
    const order = times.map((time: Date) => time.getTime())
    if (order.some((at: number, i: number) => i > 0 && at < order[i - 1]))
      findings.wrong(`a session of ${user_id} is not in order`)
  }
  const expected = record.signals.filter(({ node, type }) => node !== null && OPINIONS.has(type))
  const byGone = (signal: Signal) => (isGone(record, signal.who) ? 1 : 0)
  for (const signal of [...expected].sort((a, b) => byGone(a) - byGone(b))) {
    const gone = isGone(record, signal.who)
    const open = left.get(`${signal.type} ${signal.node}`) ?? []
    const at = open.findIndex((one) =>
      gone
        ? !names.has(one.name)
        : within(one.at, signal.at) &&
          names.fits(signal.who, one.name) &&
          sessions.fits(`${signal.who} ${signal.session}`, one.session)
    )
    findings.expect(
      at >= 0,
      `${signal.type} of ${signal.node} by ${signal.who} at ${new Date(signal.at[0]).toISOString()}`
    )
    if (at >= 0) open.splice(at, 1)
  }
  for (const found of [...left.values()].flat()) {
    findings.invented(`${found.type} of ${found.node} at ${new Date(found.at).toISOString()}`)
  }
  return findings.agreement
}
