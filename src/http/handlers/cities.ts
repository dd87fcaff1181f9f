/** The catalogs, from memory: which cities there are, and their places, filtered and paged. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { wordsNotIn } from "../../domain/basics/words.ts"
import { attributionsOf } from "../../domain/catalog/attribution.ts"
import { CATEGORIES } from "../../domain/catalog/category.ts"
import type { CityCatalog } from "../../domain/catalog/city-catalog.ts"
import { fitFor, type Need } from "../../domain/catalog/fits.ts"
import { momentOfDay } from "../../domain/catalog/open-on.ts"
import { VIBE_TAGS } from "../../domain/catalog/taxonomy.ts"
import { parseIsoDate } from "../../domain/time/calendar.ts"
import { zoneOf } from "../../domain/time/zone.ts"
import { instantIn } from "../../domain/trip/fixed.ts"
import { detectorView, evidenceLines, nodeView } from "../../domain/view/node.ts"
import { Catalog } from "../../services/catalog.ts"
import { EvidenceDocuments } from "../../services/evidence-documents.ts"
import { inSlices } from "../../support/slices.ts"
import { Api } from "../api/api.ts"
import { NotFound, Unavailable, Unprocessable } from "../api/problems.ts"
import { orUnavailable } from "./refusals.ts"

const DEFAULT_PAGE = 50

/** Enough to look into a count; who wants more has the sources' own search. */
const MOST_DOCUMENTS = 50

interface Filter {
  readonly category?: string
  readonly tag?: string
  readonly neighbourhood?: string
  readonly setting?: string
  readonly fits?: Need
  readonly named?: (index: number) => boolean
}

/** Letters and digits alone, without accents and case, as people type a name: "sensoji" is Sensō-ji. */
const folded = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "")

/** All names of each place, folded; of a catalog they are the same for ever. */
const named = new WeakMap<CityCatalog, ReadonlyArray<string>>()

/** A large city has tens of thousands of names: they are folded once, and never in one go. */
const namesOf = (catalog: CityCatalog) =>
  Effect.suspend(() => {
    const known = named.get(catalog)
    if (known !== undefined) return Effect.succeed(known)
    const made: Array<string> = []
    return Effect.map(
      inSlices(
        catalog.nodes,
        (node) => made.push([node.name, ...Object.values(node.names ?? {})].map(folded).join("\n")),
        1
      ),
      () => {
        named.set(catalog, made)
        return made
      }
    )
  })

/** Where somebody asks for nothing but signs, those stand in the name as it is written. */
const isNamed = (catalog: CityCatalog, names: ReadonlyArray<string>, q: string) => {
  const part = folded(q)
  return part === ""
    ? (index: number) => catalog.nodes[index]!.name.includes(q.trim())
    : (index: number) => names[index]!.includes(part)
}

const passes = (node: CityCatalog["nodes"][number], index: number, filter: Filter): boolean =>
  (filter.category === undefined || node.category === filter.category) &&
  (filter.tag === undefined || node.vibe_tags.includes(filter.tag)) &&
  (filter.neighbourhood === undefined || node.neighbourhood.toLowerCase() === filter.neighbourhood.toLowerCase()) &&
  (filter.fits === undefined || fitFor(node, filter.fits) === "fits") &&
  (filter.setting === undefined || node.setting === filter.setting) &&
  (filter.named === undefined || filter.named(index))

const knownWords = Effect.fnUntraced(function* ({ tag, category }: Pick<Filter, "tag" | "category">) {
  const unknown = [
    ...wordsNotIn(VIBE_TAGS, tag === undefined ? [] : [tag], ["query", "tag"], "a vibe tag"),
    ...wordsNotIn(CATEGORIES, category === undefined ? [] : [category], ["query", "category"], "a kind of place")
  ].map(({ path, message }) => ({ path: path.slice(0, 2), message }))
  if (unknown.length === 0) return
  const detail = unknown.map(({ path, message }) => `${path[1]}: ${message}.`).join(" ")
  return yield* new Unprocessable({ detail, errors: unknown })
})

/** The places as they are at that time, or on that day; now, where nothing is said. */
const viewAt = Effect.fnUntraced(function* (catalog: CityCatalog, said: string | undefined) {
  const now = yield* Clock.currentTimeMillis
  if (said === undefined) return (index: number) => nodeView(catalog, index, now)
  const isDay = !said.includes("T")
  const day = isDay ? parseIsoDate(said) : undefined
  if (day !== undefined) {
    return (index: number) => nodeView(catalog, index, momentOfDay(catalog, index, day), "on that day")
  }
  const at = isDay ? undefined : instantIn(zoneOf(catalog.city.time_zone)!, said)
  if (at !== undefined) return (index: number) => nodeView(catalog, index, at)
  const message = `"${said}" is no ${isDay ? "day of the calendar" : "time of any day"}`
  return yield* new Unprocessable({ detail: `at: ${message}.`, errors: [{ path: ["query", "at"], message }] })
})

/** Positions never change, so a position is a cursor that survives a new catalog version. It is where the next one is that passes. */
const page = (catalog: CityCatalog, filter: Filter, from: number, limit: number) => {
  const found: Array<number> = []
  for (let index = from; index < catalog.nodes.length; index++) {
    if (catalog.retired(index) || !passes(catalog.nodes[index]!, index, filter)) continue
    if (found.length === limit) return { found, next: String(index) }
    found.push(index)
  }
  return { found, next: null }
}

/** The city, or what to say when there is none: which ones there are. */
export const cityOr404 = (catalogs: Catalog["Service"], slug: string) =>
  catalogs
    .city(slug)
    .pipe(
      Effect.mapError((error) =>
        error._tag === "UnknownCity"
          ? new NotFound({ detail: error.message })
          : new Unavailable({ detail: error.message, retry_after_seconds: 2 })
      )
    )

export const layer = HttpApiBuilder.group(
  Api,
  "cities",
  Effect.fnUntraced(function* (group) {
    const catalogs = yield* Catalog
    const documents = yield* EvidenceDocuments
    return group.handleAll({
      evidence: ({ params }) =>
        Effect.gen(function* () {
          const catalog = yield* cityOr404(catalogs, params.slug)
          const index = catalog.indexOf(params.id)
          if (index === undefined) {
            return yield* new NotFound({ detail: `${catalog.city.name} has no place of that id.` })
          }
          const found = yield* Effect.mapError(
            documents.of(params.id, MOST_DOCUMENTS),
            ({ message }) => new Unavailable({ detail: message, retry_after_seconds: 2 })
          )
          const node = catalog.nodes[index]!
          return { node_id: params.id, evidence: evidenceLines(node), ...detectorView(node), documents: found }
        }),

      list: () =>
        Effect.map(orUnavailable(catalogs.cities), (cities) => ({
          cities: cities.map(
            ({ slug, name, country, time_zone, languages = [], currency = null, nodes, catalog_version }) => ({
              slug,
              name,
              country,
              time_zone,
              languages,
              currency,
              nodes,
              catalog_version
            })
          )
        })),

      nodes: ({ params, query }) =>
        Effect.gen(function* () {
          const catalog = yield* cityOr404(catalogs, params.slug)
          yield* knownWords(query)
          const from = Number(query.cursor ?? 0)
          const { at, q, ...wanted } = query
          const view = yield* viewAt(catalog, at)
          const names = q === undefined ? undefined : yield* namesOf(catalog)
          const filter =
            q === undefined || names === undefined ? wanted : { ...wanted, named: isNamed(catalog, names, q) }
          const { found, next } = page(catalog, filter, from, query.limit ?? DEFAULT_PAGE)
          const nodes: Array<ReturnType<typeof nodeView>> = []
          yield* inSlices(found, (index) => nodes.push(view(index)), 1)
          return {
            city: catalog.city.slug,
            catalog_version: catalog.version,
            attribution: attributionsOf(catalog),
            nodes,
            next_cursor: next
          }
        })
    })
  })
)
