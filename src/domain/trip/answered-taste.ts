/** What the options of an offer are to the taste of whoever answers it, where they were described by another's, or by that of all. */
import { affinityTo } from "../pivot/describe.ts"
import { type OwnTaste, ownTaste } from "../pivot/features.ts"
import type { OfferOption } from "../pivot/model.ts"
import type { Slot } from "../plan/model.ts"
import { placeOf } from "./offered-place.ts"
import { tastesOf } from "./pivot-world.ts"
import type { Turn } from "./turn.ts"

/** Where the stops stood that an offer would change, when it was made. */
export type StopsThen = ReadonlyArray<Pick<Slot, "id" | "node_id">>

/**
 * Option by option; null where one is about no place of the catalog. It goes into the answerer's own signal, and so into nobody else's
 * export. Nothing where their taste is not in memory: an answer does not wait for it.
 */
export const answeredTaste = (
  { state }: Turn,
  who: string,
  options: ReadonlyArray<OfferOption>,
  then: StopsThen
): ReadonlyArray<OwnTaste | null> | undefined => {
  const { catalog, personas } = state.memory
  const taste = tastesOf(personas)[personas.findIndex(({ user_id }) => user_id === who)]
  if (catalog === undefined || taste === undefined) return undefined
  const indexOf = (id: string | null | undefined): number => (id == null ? -1 : (catalog.indexOf(id) ?? -1))
  return options.map((option) => {
    const place = placeOf(option)
    const lead = option.changes.find(({ node }) => node !== undefined && node.id === place) ?? option.changes[0]
    const stood = indexOf(then.find(({ id }) => id === lead?.slot_id)?.node_id)
    const planned = stood < 0 ? indexOf(place) : stood
    const other = place === null ? planned : indexOf(place)
    if (planned < 0 || other < 0) return null
    return ownTaste({
      affinity: affinityTo(catalog, taste, other),
      affinity_planned: affinityTo(catalog, taste, planned)
    })
  })
}
