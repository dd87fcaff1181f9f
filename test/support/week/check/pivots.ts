/** Offers that were answered or let be, option by option. */
import type { WeekRecord } from "../record.ts"
import { type Agreement, Findings, isGone, Names, within } from "./findings.ts"
import type { Row, Rows } from "./rows.ts"

const byPivot = (rows: ReadonlyArray<Row>): Map<string, Array<Row>> => {
  const pivots = new Map<string, Array<Row>>()
  for (const row of rows) pivots.set(row.pivot_id, [...(pivots.get(row.pivot_id) ?? []), row])
  for (const options of pivots.values()) options.sort((a, b) => a.position - b.position)
  return pivots
}

export const checkPivots = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const names = new Names()
  const pivots = byPivot(rows)
  const answers = new Map(record.answers.map((answer) => [answer.offer, answer]))
  const byGone = (who: string) => (isGone(record, who) ? 1 : 0)
  for (const offer of [...record.offers].sort((a, b) => byGone(a.who) - byGone(b.who))) {
    const answer = answers.get(offer.id)
    if (answer === undefined || offer.options.length === 0) continue
    const gone = isGone(record, offer.who)
    const nodes = JSON.stringify(offer.options.map(({ node }) => node))
    const found = [...pivots].find(([, [first, ...more]]) => {
      const same =
        first.trigger === offer.trigger && JSON.stringify([first, ...more].map((row) => row.node_id)) === nodes
      if (!same) return false
      return gone
        ? !names.has(first.user_id)
        : within(first.timestamp.getTime(), offer.at) && names.fits(offer.who, first.user_id)
    })
    const what = `the offer ${offer.id} (${offer.trigger}) and its ${answer.response}`
    findings.expect(found !== undefined, what)
    if (found === undefined) continue
    pivots.delete(found[0])
    findings.equal(`the response to ${what}`, found[1][0].response, answer.response)
    const chosen = offer.options.map(({ option }) => option === answer.option)
    findings.equal(
      `the option taken of ${what}`,
      found[1].map((row) => row.accepted),
      chosen
    )
    if (!gone)
      findings.equal(
        `the scores of ${what}`,
        found[1].map((row) => row.score),
        offer.options.map(({ score }) => score)
      )
  }
  for (const [, [first]] of pivots)
    findings.invented(`an offer of ${first.timestamp.toISOString()} (${first.trigger}, ${first.response})`)
  return findings.agreement
}
