/** A place of a source that knows less than OpenStreetMap does, in the same form. */
import { type Category, categoryInfo } from "../../domain/catalog/category.ts"
import type { PlaceFacts } from "../../domain/catalog/facts.ts"
import { LONGEST_NAME, type TaggedPlace } from "../../domain/catalog/osm/read.ts"

export interface NamedPlace {
  readonly name: string
  readonly names?: Readonly<Record<string, string>>
  readonly category: Category
  readonly opening_hours?: string | null
  readonly facts?: PlaceFacts
  readonly external_ids?: Readonly<Record<string, string>>
  readonly checked?: string | undefined
  readonly free?: boolean
}

/** The place, or why it can be none. */
export const namedPlace = (one: NamedPlace): { readonly place: TaggedPlace } | { readonly leftOut: string } => {
  const name = one.name.replace(/\s+/g, " ").trim()
  if (name === "") return { leftOut: "has no name" }
  if (name.length > LONGEST_NAME) return { leftOut: `has a name of more than ${LONGEST_NAME} characters` }
  const info = categoryInfo(one.category)
  const hours = one.opening_hours?.trim()
  return {
    place: {
      name,
      names: { local: name, ...one.names },
      kind: { category: one.category },
      vibes: info.vibes,
      price_tier: one.free === true || info.setting === "outdoor" ? 0 : info.meal ? 2 : 1,
      opening_hours: hours === undefined || hours === "" ? null : hours,
      booking_needed: false,
      facts: one.facts ?? {},
      external_ids: one.external_ids ?? {},
      renown: one.external_ids?.wikidata === undefined ? 0 : 2,
      ...(one.checked === undefined ? {} : { checked: one.checked })
    }
  }
}
