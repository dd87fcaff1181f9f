/**
 * What is wrong with a city file. Two questions: which entries may go into a catalog at all (asked of every source),
 * and is this a catalog to be proud of (asked of the curated files, by the tests).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { distanceKm, type Position } from "../basics/geo.ts"
import { unstorableIn } from "../basics/storable.ts"
import { DAY_PARTS } from "../time/day-part.ts"
import { zoneOf } from "../time/zone.ts"
import { type AssembledNode, assembleNode } from "./assemble.ts"
import { areKin, type Category } from "./category.ts"
import { CityFileHeader, CityFileNode, type CityInfo } from "./city-file.ts"
import { liesWithin } from "./extent.ts"
import { foldName } from "./names.ts"

/** One item that did not go in, or went in changed, and why. */
export interface ItemProblem {
  readonly item: string
  readonly reason: string
}

/** Two places of one name nearer than this are one place. */
const SAME_PLACE_KM = 0.15

export const decodeHeader = (input: unknown): Result.Result<CityFileHeader, string> => {
  const decoded = Schema.decodeUnknownResult(CityFileHeader)(input)
  if (Result.isFailure(decoded)) return Result.fail(String(decoded.failure))
  const { bounds, time_zone, centre } = decoded.success.city
  if (bounds.south >= bounds.north || bounds.west === bounds.east) return Result.fail("city.bounds are empty")
  if (!within(decoded.success.city, centre)) return Result.fail("city.centre lies outside of city.bounds")
  if (zoneOf(time_zone) === undefined) return Result.fail(`city.time_zone "${time_zone}" is not an IANA time zone`)
  return Result.succeed(decoded.success)
}

const decodeNode = Schema.decodeUnknownResult(CityFileNode)

const nameOf = (input: unknown, index: number): string => {
  const key = typeof input === "object" && input !== null && "key" in input ? input.key : undefined
  return typeof key === "string" && key.length <= 100 ? key : `node ${index + 1}`
}

/** Decodes entries one by one: a bad one is refused alone. */
export const decodeNodes = (
  inputs: ReadonlyArray<unknown>
): { readonly nodes: ReadonlyArray<CityFileNode>; readonly rejected: ReadonlyArray<ItemProblem> } => {
  const nodes: Array<CityFileNode> = []
  const rejected: Array<ItemProblem> = []
  inputs.forEach((input, index) => {
    const decoded = decodeNode(input)
    const fault = Result.isSuccess(decoded) ? unstorableIn(JSON.stringify(decoded.success)) : undefined
    if (fault !== undefined) rejected.push({ item: nameOf(input, index), reason: fault })
    else if (Result.isSuccess(decoded)) nodes.push(decoded.success)
    else
      rejected.push({
        item: nameOf(input, index),
        reason: String(decoded.failure)
          .replace(/\s*\n\s*/g, " ")
          .slice(0, 300)
      })
  })
  return { nodes, rejected }
}

const within = (city: CityInfo, at: Position): boolean => liesWithin(city.bounds, at)

/**
 * Lets entries through one after another and says of each why not: outside of the city, the key taken, or the same
 * place as one before. Keeps a set of names and keys, so it works on any number of entries.
 */
export const makeGate = (city: CityInfo) => {
  const keys = new Set<string>()
  const byName = new Map<string, Array<Position & { readonly key: string; readonly category: Category }>>()
  return (node: CityFileNode): string | undefined => {
    if (!within(city, node)) return `${node.lat}, ${node.lon} lies outside of ${city.name}`
    if (keys.has(node.key)) return `the key "${node.key}" is taken`
    const name = foldName(node.name)
    const namesakes = byName.get(name) ?? []
    const twin = namesakes.find(
      (other) => areKin(other.category, node.category) && distanceKm(other, node) < SAME_PLACE_KM
    )
    if (twin !== undefined) return `the same place as "${twin.key}"`
    keys.add(node.key)
    if (namesakes.length === 0) byName.set(name, namesakes)
    namesakes.push({ key: node.key, lat: node.lat, lon: node.lon, category: node.category })
    return undefined
  }
}

const percent = (part: number, all: number) => `${Math.round((100 * part) / Math.max(1, all))} %`

/** The rules of `data/cities/README.md` about a curated file as a whole. */
const spreadProblems = (assembled: ReadonlyArray<AssembledNode>): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const all = assembled.length
  const atLeast = (share: number, matching: (entry: AssembledNode) => boolean, what: string) => {
    const part = assembled.filter(matching).length
    if (part < share * all) problems.push(`${percent(part, all)} ${what}; at least ${share * 100} % should`)
  }
  const categories = Map.groupBy(assembled, ({ node }) => node.category)
  if (categories.size < 12) problems.push(`only ${categories.size} categories; at least 12 are wanted`)
  for (const [category, members] of categories) {
    if (members.length > all / 5)
      problems.push(`${percent(members.length, all)} are of category ${category}; a fifth is the most`)
  }
  const neighbourhoods = new Set(assembled.map(({ node }) => node.neighbourhood)).size
  if (neighbourhoods < 8) problems.push(`only ${neighbourhoods} neighbourhoods; at least 8 are wanted`)
  for (const part of DAY_PARTS) atLeast(0.1, ({ node }) => node.day_parts.includes(part), `serve the ${part}`)
  atLeast(0.15, ({ node }) => node.setting === "indoor", "are indoors")
  atLeast(0.15, ({ node }) => node.setting === "outdoor", "are outdoors")
  atLeast(1 / 3, ({ evidence }) => evidence.summary.editor?.tourist == null, "are on no tourist list")
  const tiers = new Set(assembled.map(({ node }) => node.price_tier)).size
  if (tiers < 3) problems.push(`only ${tiers} price tiers; at least 3 are wanted`)
  const overrated = assembled.filter(({ evidence }) => evidence.overrated_flag === true).length
  if (overrated < 10) problems.push(`${overrated} come out overrated; at least 10 should`)
  return problems
}

/** Everything that is wrong with a curated file; nothing, when it may be shipped. */
export const validateCuratedFile = (input: unknown): ReadonlyArray<string> => {
  const header = decodeHeader(input)
  if (Result.isFailure(header)) return [header.failure]
  const { city, source, licence } = header.success
  const { nodes, rejected } = decodeNodes(header.success.nodes)
  const problems = rejected.map(({ item, reason }) => `${item}: ${reason}`)
  const gate = makeGate(city)
  const spots = new Map<string, string>()
  const assembled = nodes.map((entry) => {
    const refused = gate(entry)
    if (refused !== undefined) problems.push(`${entry.key}: ${refused}`)
    const spot = `${entry.lat},${entry.lon}`
    const other = spots.get(spot)
    if (other !== undefined) problems.push(`${entry.key}: at exactly the same spot as "${other}"`)
    spots.set(spot, entry.key)
    const vibes = Object.keys(entry.vibes).length
    if (vibes < 2 || vibes > 8) problems.push(`${entry.key}: ${vibes} vibes; two to eight are wanted`)
    if (entry.quality === undefined) problems.push(`${entry.key}: has no quality`)
    const result = assembleNode(city, { source, licence }, entry)
    for (const note of result.notes) problems.push(`${entry.key}: ${note}`)
    return result
  })
  return [...problems, ...spreadProblems(assembled)]
}
