// What an option says that it is beside the others, checked against those.
import type { PivotWorld } from "../../src/domain/pivot/answer-model.ts"
import type { Offer, OfferOption } from "../../src/domain/pivot/model.ts"

/** Minutes on foot from where one is (the stop before, or the stop itself once it has begun) to the option's place. */
const away = ({ trip, catalog, env }: PivotWorld, option: OfferOption, now: number): number => {
  const change = option.changes.find(({ node }) => node !== undefined)
  const slot = trip.slots.find((one) => one.id === change!.slot_id)!
  const day = trip.slots.filter((one) => one.day === slot.day && one.status !== "skipped")
  const before = day[day.indexOf(slot) - 1]
  const from = slot.starts_at <= now ? slot : (before ?? slot)
  return env.onFoot(catalog.indexOf(from.node_id)!, catalog.indexOf(change!.node!.id)!, now)
}

export const untrueKinds = (world: PivotWorld, offer: Offer, now: number): ReadonlyArray<string> => {
  const untrue: Array<string> = []
  const kinds = offer.options.flatMap(({ kind }) => (kind === undefined ? [] : [kind]))
  const repairs = offer.trigger === "transit"
  if (new Set(kinds).size !== kinds.length) untrue.push(`two options of a kind: ${kinds.join()}`)
  const places = offer.options.filter(({ changes }) => changes.length === 1 && changes[0]!.node !== undefined)
  const planned = world.trip.slots.find((slot) => slot.id === places[0]?.changes[0]?.slot_id)
  const category = planned === undefined ? "" : world.catalog.nodes[world.catalog.indexOf(planned.node_id)!]!.category
  const like = (option: OfferOption) => option.changes[0]!.node!.category === category
  for (const option of offer.options) {
    const { kind, changes } = option
    if (kind === "rest_of_day" && !repairs && changes.length < 2) untrue.push("a package of one stop")
    if (kind === "skip" && !changes.some(({ action }) => action === "drop")) untrue.push("skips nothing")
    if (kind === "another_day" && changes[0]!.day === undefined) untrue.push("stays on its day")
    if (kind === "wait" && changes[0]!.node !== undefined) untrue.push("waits for another place")
    if (kind === "closest_on_foot" && away(world, option, now) > 25) untrue.push("nobody walks there")
    if (repairs) continue
    if (
      kind === "closest_on_foot" &&
      places.some((other) => away(world, other, now) < away(world, option, now) && other.kind !== "closest_in_taste")
    )
      untrue.push("a nearer one is offered too")
    if (kind === "different_idea" && like(option)) untrue.push("no different idea")
    if (kind === "closest_in_taste" && offer.trigger !== "mood" && !like(option) && places.some(like))
      untrue.push("another one is more like what was planned")
  }
  return untrue
}
