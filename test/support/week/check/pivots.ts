/** Offers that were answered or let be, option by option and by each who answered. */
import type { Answer, Offer, WeekRecord } from "../record.ts"
import { Evidence } from "./assignment.ts"
import { type Agreement, Findings, isGone, within } from "./findings.ts"
import type { Row, Rows } from "./rows.ts"

const byAnswer = (rows: ReadonlyArray<Row>): Map<string, Array<Row>> => {
  const pivots = new Map<string, Array<Row>>()
  for (const row of rows) {
    const key = `${row.pivot_id} ${row.user_id}`
    pivots.set(key, [...(pivots.get(key) ?? []), row])
  }
  for (const options of pivots.values()) options.sort((a, b) => a.position - b.position)
  return pivots
}

/** Whether the options, in their order, are those of the offer. */
const isOffer = (options: ReadonlyArray<Row>, offer: Offer): boolean =>
  options[0].trigger === offer.trigger &&
  JSON.stringify(options.map(({ node_id }) => node_id)) === JSON.stringify(offer.options.map(({ node }) => node))

const madeAt = ([first]: ReadonlyArray<Row>, offer: Offer): boolean => within(first.timestamp.getTime(), offer.at)

/** What one person said to an offer, or that they let it be. */
interface Said {
  readonly offer: Offer
  readonly answer: Answer
  readonly who: string
}

/**
 * Each answer is its giver's own. An offer that was let be was ignored by whoever asked, or travels alone; and what the others of a party
 * said goes with their taste when they leave for good.
 */
const saidIn = (record: WeekRecord): ReadonlyArray<Said> =>
  record.offers.flatMap((offer) => {
    const { asked, id, options, party } = offer
    const describes = (who: string | null) => who === offer.who && (asked || party === 1)
    if (options.length === 0) return []
    return record.answers.flatMap((answer): ReadonlyArray<Said> => {
      const who = answer.response === "ignore" ? offer.who : answer.who
      if (answer.offer !== id || who === null || answer.nobodys === true) return []
      if (!describes(who) && (answer.response === "ignore" || isGone(record, who))) return []
      return [{ offer, answer, who }]
    })
  })

const takenOf = ({ answer, offer }: Said): ReadonlyArray<boolean> =>
  offer.options.map(({ option }) => option === answer.option && answer.undone !== true)

const isAnswer = (options: ReadonlyArray<Row>, said: Said): boolean =>
  options[0].response === said.answer.response &&
  JSON.stringify(options.map(({ accepted }) => accepted)) === JSON.stringify(takenOf(said))

/** The names of those who stayed, by all that they said together. */
const namesOf = (
  record: WeekRecord,
  told: ReadonlyMap<string, ReadonlyArray<Row>>,
  all: ReadonlyArray<Said>
): ReadonlyMap<string, string> => {
  const people = new Evidence<string, string>()
  for (const said of all) {
    if (isGone(record, said.who)) continue
    for (const options of told.values()) {
      if (!madeAt(options, said.offer) || !isOffer(options, said.offer)) continue
      people.add(said.who, options[0].user_id, isAnswer(options, said) ? 2 : 1)
    }
  }
  return people.pairs
}

export const checkPivots = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const pivots = byAnswer(rows)
  const all = saidIn(record)
  const nameOf = namesOf(record, pivots, all)
  const known = new Set(nameOf.values())
  const byGone = (who: string) => (isGone(record, who) ? 1 : 0)
  for (const said of all.toSorted((a, b) => byGone(a.who) - byGone(b.who))) {
    const { answer, offer, who } = said
    const gone = isGone(record, who)
    const found = [...pivots].find(
      ([, options]) =>
        isOffer(options, offer) &&
        (gone ? !known.has(options[0].user_id) : madeAt(options, offer) && options[0].user_id === nameOf.get(who))
    )
    const what = `the offer ${offer.id} (${offer.trigger}) and its ${answer.response} by ${who}`
    findings.expect(found !== undefined, what)
    if (found === undefined) continue
    pivots.delete(found[0])
    findings.equal(`the response to ${what}`, found[1][0].response, answer.response)
    findings.equal(
      `the option taken of ${what}`,
      found[1].map((row) => row.accepted),
      takenOf(said)
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
