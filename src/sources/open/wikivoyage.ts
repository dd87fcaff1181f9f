/** The listings of an article of Wikivoyage, in its wikitext: what visitors are told to see, do, eat, drink and buy. */

import { readFileSync } from "node:fs"
import { entryOf } from "../../domain/basics/entry-of.ts"
import type { Category } from "../../domain/catalog/category.ts"
import { conceptOf } from "../../domain/catalog/conflation/concepts.ts"
import { romanise } from "../../domain/catalog/conflation/romanise.ts"
import { placeFacts } from "../../domain/catalog/facts.ts"
import type { TaggedPlace } from "../../domain/catalog/osm/read.ts"
import { type Extract, Gathering } from "../osm/extract.ts"
import { hoursInWords } from "./hours-in-words.ts"
import { namedPlace } from "./named-place.ts"

const KINDS = /^\s*(see|do|eat|drink|buy|listing)\s*\|/i
const OF_KIND: Readonly<Record<string, Category>> = {
  see: "landmark",
  do: "entertainment",
  eat: "restaurant",
  drink: "bar",
  buy: "shop"
}
/** What a name says of what it names, where the listing's section does not. */
const OF_CONCEPT: Readonly<Record<string, Category>> = {
  ...{
    museum: "museum",
    park: "park",
    garden: "garden",
    zoo: "zoo_aquarium",
    aquarium: "zoo_aquarium",
    church: "temple"
  },
  ...{
    cathedral: "temple",
    chapel: "temple",
    temple: "temple",
    shrine: "temple",
    mosque: "temple",
    synagogue: "temple"
  },
  ...{ castle: "historic_site", palace: "historic_site", fort: "historic_site", theatre: "theatre", opera: "theatre" },
  ...{ cinema: "cinema", library: "library", market: "market", beach: "beach", cafe: "cafe", stadium: "sport" }
}

/** The templates of a text, nested ones with what is around them. */
function* templatesOf(text: string): Generator<string> {
  for (let at = text.indexOf("{{"); at >= 0; at = text.indexOf("{{", at + 2)) {
    if (!KINDS.test(text.slice(at + 2, at + 30))) continue
    let depth = 0
    for (let end = at; end < text.length - 1; end++) {
      const two = text.slice(end, end + 2)
      if (two === "{{") {
        depth++
        end++
      } else if (two === "}}") {
        depth--
        end++
        if (depth === 0) {
          yield text.slice(at + 2, end - 1)
          at = end
          break
        }
      }
    }
  }
}

/** The parameters of a template, split where a bar stands in no link and no template. */
const parametersOf = (template: string): Readonly<Record<string, string>> => {
  const parts: Array<string> = [""]
  let depth = 0
  for (let i = 0; i < template.length; i++) {
    const two = template.slice(i, i + 2)
    if (two === "{{" || two === "[[") depth++
    if (two === "}}" || two === "]]") depth--
    if (template[i] === "|" && depth <= 0) parts.push("")
    else parts[parts.length - 1] = (parts.at(-1) ?? "") + (template[i] ?? "")
  }
  const out: Record<string, string> = { kind: parts[0]!.trim().toLowerCase() }
  for (const part of parts.slice(1)) {
    const at = part.indexOf("=")
    if (at > 0) out[part.slice(0, at).trim().toLowerCase()] = plain(part.slice(at + 1))
  }
  return out
}

const plain = (text: string): string =>
  text
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, " ")
    .replace(/\[\[(?:[^\]|]*\|)?([^\]]*)\]\]/g, "$1")
    .replace(/'{2,}/g, "")
    .replace(/\s+/g, " ")
    .trim()

/** Free for everybody and always: "children free" is a price like others. */
const FREE =
  /^\W*(?:admission |entry |entrance )?(?:is )?free(?: admission| entry| entrance| of charge)?\W*(?:donations? \w+)?\W*$/i

const categoryOf = (listing: Readonly<Record<string, string>>): Category | undefined => {
  const kind = listing.kind === "listing" ? listing.type : listing.kind
  const usual = entryOf(OF_KIND, kind ?? "")
  if (usual === undefined) return undefined
  if (kind === "eat" || kind === "buy") return usual
  for (const word of romanise(listing.name ?? "").split(/[^\p{L}]+/u)) {
    const category = OF_CONCEPT[conceptOf(word) ?? ""]
    if (category !== undefined) return category
  }
  return usual
}

const read = (listing: Readonly<Record<string, string>>) => {
  const category = categoryOf(listing)
  if (category === undefined) return { leftOut: `is no listing of what one visits (${listing.kind ?? ""})` }
  const checked = /^\d{4}-\d{2}-\d{2}$/.test(listing.lastedit ?? "") ? listing.lastedit : undefined
  const free = FREE.test(listing.price ?? "")
  return namedPlace({
    name: listing.name ?? "",
    names: listing.alt === undefined || listing.alt === "" ? {} : { alt_name: listing.alt.slice(0, 200) },
    category,
    opening_hours: listing.hours === undefined ? null : hoursInWords(listing.hours),
    facts: placeFacts({
      ...(listing.url === undefined ? {} : { website: listing.url }),
      ...(free ? { fee: "no" } : {})
    }),
    external_ids: /^Q\d+$/.test(listing.wikidata ?? "") ? { wikidata: listing.wikidata! } : {},
    checked,
    free
  })
}

export const fromWikitext = (text: string): Extract => {
  const found = new Gathering<TaggedPlace>(read)
  for (const template of templatesOf(text)) {
    const listing = parametersOf(template)
    const place = found.read(listing)
    const [lat, lon] = [Number.parseFloat(listing.lat ?? ""), Number.parseFloat(listing.long ?? "")]
    const at = Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : undefined
    const id = romanise(listing.name ?? "")
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 60)
    if (place !== undefined) found.put("listing", id === "" ? String(found.places.length + 1) : id, place, at)
  }
  return found
}

export const readWikivoyage = (path: string): Extract => fromWikitext(readFileSync(path, "utf8"))
