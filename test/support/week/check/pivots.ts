/**
 * Offers that were answered or let be, option by option, by whom they describe: whoever asked, or whoever travels alone. What is
 * known of a party is nobody's own, and so is what another of them said to an offer that describes somebody else.
 */
import type { Answer, Offer, WeekRecord } from "../record.ts"
import { Evidence } from "./assignment.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"
import type { Row, Rows } from "./rows.ts"

const byOffer = (rows: ReadonlyArray<Row>): Map<string, Array<Row>> => {
  const pivots = new Map<string, Array<Row>>()
  for (const row of rows) pivots.set(row.pivot_id, [...(pivots.get(row.pivot_id) ?? []), row])
  for (const options of pivots.values()) options.sort((a, b) => a.position - b.position)
  return pivots
}

/** Whether the options, in their order, are those of the offer. */
const isOffer = (options: ReadonlyArray<Row>, offer: Offer): boolean =>
  options[0].trigger === offer.trigger &&
  JSON.stringify(options.map(({ node_id }) => node_id)) === JSON.stringify(offer.options.map(({ node }) => node))

const madeAt = ([first]: ReadonlyArray<Row>, offer: Offer): boolean => within(first.timestamp.getTime(), offer.at)

/** The names of those who stayed, by all of their offers together. */
const namesOf = (record: WeekRecord, told: ReadonlyMap<string, ReadonlyArray<Row>>): ReadonlyMap<string, string> => {
  const people = new Evidence<string, string>()
  for (const offer of record.offers) {
    if (isGone(record, offer.who)) continue
    const mayBe = [...told.values()].filter((options) => madeAt(options, offer) && isOffer(options, offer))
    for (const name of new Set(mayBe.map(([first]) => first.user_id))) people.add(offer.who, name)
  }
  return people.pairs
}

/** What whom the offer describes said to it. */
const answerTo = (record: WeekRecord, { asked, id, party, who }: Offer): Answer | undefined =>
  asked || party === 1
    ? record.answers.find(
        (one) => one.offer === id && (one.response === "ignore" ? one.nobodys !== true : one.who === who)
      )
    : undefined

export const checkPivots = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const pivots = byOffer(rows)
  const nameOf = namesOf(record, pivots)
  const known = new Set(nameOf.values())
  const byGone = (who: string) => (isGone(record, who) ? 1 : 0)
  for (const offer of [...record.offers].sort((a, b) => byGone(a.who) - byGone(b.who))) {
    const answer = answerTo(record, offer)
    if (answer === undefined || offer.options.length === 0) continue
    const gone = isGone(record, offer.who)
    const found = [...pivots].find(
      ([, options]) =>
        isOffer(options, offer) &&
        (gone ? !known.has(options[0].user_id) : madeAt(options, offer) && options[0].user_id === nameOf.get(offer.who))
    )
    const what = `the offer ${offer.id} (${offer.trigger}) and its ${answer.response}`
    findings.expect(found !== undefined, what)
    if (found === undefined) continue
    pivots.delete(found[0])
    findings.equal(`the response to ${what}`, found[1][0].response, answer.response)
    const chosen = offer.options.map(({ option }) => option === answer.option && answer.undone !== true)
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
