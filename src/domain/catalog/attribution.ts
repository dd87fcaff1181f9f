/** Whose work the places of a city are, in the words that each licence asks to be shown wherever they are shown. */

import * as Schema from "effect/Schema"
import { entryOf } from "../basics/entry-of.ts"
import type { CityCatalog } from "./city-catalog.ts"
import type { ActivityNode } from "./node.ts"

export const Attribution = Schema.Struct({
  /** Such as `openstreetmap`. */
  source: Schema.String,
  licence: Schema.String,
  text: Schema.String,
  url: Schema.NullOr(Schema.String)
}).annotate({ identifier: "Attribution" })
export type Attribution = typeof Attribution.Type

const OF_SOURCE: Readonly<Record<string, { readonly text: string; readonly url: string | null }>> = {
  openstreetmap: { text: "© OpenStreetMap contributors", url: "https://www.openstreetmap.org/copyright" },
  overture: { text: "Overture Maps Foundation, overturemaps.org", url: "https://docs.overturemaps.org/attribution/" },
  wikivoyage: { text: "Wikivoyage contributors", url: "https://en.wikivoyage.org/wiki/Wikivoyage:Copyleft" },
  google_places: { text: "Google Maps", url: "https://maps.google.com" },
  curated: { text: "Places and notes by the editors of Overplanned", url: null },
  synthetic: { text: "Made-up places", url: null }
}

const attributionFor = (name: string, licence: string): Attribution => {
  const source = name.split(":")[0]!
  const known = entryOf(OF_SOURCE, source)
  return { source, licence, text: `${known?.text ?? source} (${licence})`, url: known?.url ?? null }
}

/** Whom these places are owed to, each named once. */
export const attributionsFor = (nodes: Iterable<Pick<ActivityNode, "provenance">>): ReadonlyArray<Attribution> => {
  const found = new Map<string, Attribution>()
  for (const { provenance } of nodes) {
    for (const { source, licence } of Object.values(provenance)) {
      const key = `${source.split(":")[0]}|${licence}`
      if (!found.has(key)) found.set(key, attributionFor(source, licence))
    }
  }
  return [...found.values()].sort((a, b) => (a.text < b.text ? -1 : 1))
}

const ofCatalog = new WeakMap<CityCatalog, ReadonlyArray<Attribution>>()

/** The same for a whole city: worked out once per version. */
export const attributionsOf = (catalog: CityCatalog): ReadonlyArray<Attribution> => {
  let known = ofCatalog.get(catalog)
  if (known === undefined) {
    known = attributionsFor(catalog.nodes.filter((_, index) => !catalog.retired(index)))
    ofCatalog.set(catalog, known)
  }
  return known
}
