/**
 * Offers as travelers can read them of themselves: also those that another member of a party answered, or that a city's event brought
 * to a party, which are in no data set.
 */
import type { Offer, WeekRecord } from "../record.ts"
import { type Findings, isGone, within } from "./findings.ts"

export interface HeldOffer {
  readonly pivot_id: string
  /** Who asked for it; nobody where a city's event brought it. */
  readonly user_id: string | null
  readonly trip_id: string
  readonly trigger: string
  readonly options: ReadonlyArray<{
    readonly option_id: string
    readonly node_id: string | null
    readonly places: ReadonlyArray<{ readonly node_id: string }>
    readonly score: number
  }>
  readonly response: string | null
  readonly chosen_option_id: string | null
  readonly offered_at: string
}

/** What was said to it in the end: of a vote, what more of them wanted. */
const saidTo = ({ answers }: WeekRecord, { id }: Offer): readonly [response: string | null, option: string | null] => {
  const said = answers.filter(({ offer }) => offer === id)
  const wanting = said.filter(({ response }) => response === "accept")
  const [first] = 2 * wanting.length > said.length ? wanting : said.filter(({ response }) => response !== "accept")
  return [first?.response ?? null, first?.option ?? null]
}

const checkOffer = (findings: Findings, record: WeekRecord, offer: Offer, held: HeldOffer): void => {
  const { asked, at, id, options, trigger, trip, who } = offer
  findings.equal(
    `what offer ${id} is about`,
    [held.trip_id, held.user_id, held.trigger],
    [trip, asked ? who : null, trigger]
  )
  if (!within(Date.parse(held.offered_at), at)) findings.wrong(`offer ${id} was not made at ${held.offered_at}`)
  findings.equal(
    `the options of offer ${id}`,
    held.options.map((one) => [
      one.option_id,
      one.node_id,
      one.places.map(({ node_id }) => node_id).toSorted(),
      one.score
    ]),
    options.map((one) => [one.option, one.node, [...one.places].sort(), one.score])
  )
  findings.equal(`what was said to offer ${id}`, [held.response, held.chosen_option_id], saidTo(record, offer))
}

/** Gives the offers of a city's event that reached nobody: nobody followed the trip, so nobody answered, nor let them be. */
export const checkOffers = (
  findings: Findings,
  record: WeekRecord,
  held: ReadonlyArray<HeldOffer>
): ReadonlySet<string> => {
  const left = new Map(held.map((one) => [one.pivot_id, one]))
  for (const offer of record.offers) {
    if (isGone(record, offer.who)) continue
    const found = left.get(offer.id)
    findings.expect(found !== undefined, `the offer ${offer.id} (${offer.trigger})`)
    if (found === undefined) continue
    left.delete(offer.id)
    checkOffer(findings, record, offer, found)
  }
  const unseen = new Set<string>()
  for (const { offered_at, pivot_id, response, trigger, user_id } of left.values()) {
    if (user_id === null && response === null && (trigger === "weather" || trigger === "venue_closed"))
      unseen.add(pivot_id)
    else findings.invented(`the offer ${pivot_id} (${trigger}, ${response}) of ${offered_at}`)
  }
  return unseen
}
