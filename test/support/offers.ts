/**
 * What can be done with a plan, whichever plan it is: what is near a stop and fits there is up to the plan, the day and the hour.
 * A test that needs an offer, or a swap, takes the first stop that has one.
 */
import { type Json, ok, type Traveler } from "./server.ts"

/** One place in the stead of one stop. */
const isPlace = ({ changes }: Json): boolean => changes.length === 1 && changes[0].node !== undefined

/** The first of these stops that other places can stand in for, `least` of them, and the open offer of nothing but those. */
export const offeredFor = async (
  who: Traveler,
  trip: string,
  stops: ReadonlyArray<Json>,
  { least = 1, ask = { trigger: "venue_closed" } as object } = {}
): Promise<{ readonly stop: Json; readonly offer: Json }> => {
  for (const stop of stops) {
    const offer = ok(await who.call("POST", `/trips/${trip}/pivot`, { ...ask, slot_id: stop.id }))
    if (offer.options.length >= least && offer.options.every(isPlace)) return { stop, offer }
  }
  throw new Error(`None of ${stops.length} stops has ${least} places in its stead.`)
}

/** The first of these stops that can be swapped, and the place that it has now. */
export const swapped = async (
  who: Traveler,
  trip: string,
  stops: ReadonlyArray<Json>,
  more: object = {}
): Promise<{ readonly stop: Json; readonly now: Json; readonly answer: Json }> => {
  for (const stop of stops) {
    const answer = await who.call("PATCH", `/trips/${trip}/slots/${stop.id}`, { action: "swap", ...more })
    if (answer.status === 422) continue
    const now = ok(answer).changed.find((one: Json) => one.id === stop.id)
    return { stop, now, answer: answer.body }
  }
  throw new Error(`None of ${stops.length} stops can be swapped.`)
}
