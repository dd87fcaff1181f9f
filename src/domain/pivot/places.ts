/** The places that the options of an offer bring, and what choosing one of them says of all of them. */
import type { OptionId } from "../ids.ts"
import type { OfferOption } from "./model.ts"

/** A place that an option brings, and the stop that it comes to. An option for the rest of a day brings several. */
export interface OptionPlace {
  readonly slot_id: string | null
  readonly node_id: string
}

export const placesOf = (option: OfferOption): ReadonlyArray<OptionPlace> =>
  option.changes.flatMap(({ node, slot_id }) => (node === undefined ? [] : [{ slot_id, node_id: node.id }]))

export interface JudgedPlace extends OptionPlace {
  readonly outcome: "confirmed" | "skipped"
}

/** Every place of the offer once: a place that the chosen option brings was wanted, whichever others would have brought it too. */
export const judgedPlaces = (
  options: ReadonlyArray<OfferOption>,
  chosen: OptionId | undefined
): ReadonlyArray<JudgedPlace> => {
  const judged = new Map<string, JudgedPlace>()
  const tell = (option: OfferOption, outcome: JudgedPlace["outcome"]) => {
    for (const place of placesOf(option)) {
      if (!judged.has(place.node_id)) judged.set(place.node_id, { ...place, outcome })
    }
  }
  for (const option of options) if (option.option_id === chosen) tell(option, "confirmed")
  for (const option of options) tell(option, "skipped")
  return [...judged.values()]
}
