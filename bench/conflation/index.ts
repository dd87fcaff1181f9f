// How well places of two sources are recognised as one: on pairs that were labelled by hand, and on two files with labels.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Described, matchPlaces } from "../../src/domain/catalog/conflation/match.ts"
import { type Benchmark, flag, NotMeasured, type Report } from "../benchmark.ts"
import { extractPlaces, itemPlaces, type LabelledPair, labelledPairs, translatedFrom } from "./sources.ts"

export interface HandLabelled {
  readonly same: boolean
  readonly a: Described
  readonly b: Described
}

const METRES_PER_DEGREE = 111_195

export const handLabelled = (): ReadonlyArray<HandLabelled> =>
  readFileSync(join(import.meta.dirname, "labelled-pairs.tsv"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [same, name, kind, other, otherKind, metres] = line.split("\t")
      const place = (id: string, names: string, of: string, north: number): Described => ({
        id,
        lat: 45 + north / METRES_PER_DEGREE,
        lon: 7,
        names: names.split(" | "),
        kind: of,
        website: undefined
      })
      return { same: same === "1", a: place("a", name!, kind!, 0), b: place("b", other!, otherKind!, Number(metres)) }
    })

export interface Quality {
  readonly precision: number
  readonly recall: number
  readonly right: number
  readonly wrong: ReadonlyArray<string>
  readonly missed: ReadonlyArray<string>
}

const quality = (right: number, wrong: ReadonlyArray<string>, missed: ReadonlyArray<string>): Quality => ({
  precision: right + wrong.length === 0 ? 1 : right / (right + wrong.length),
  recall: right + missed.length === 0 ? 1 : right / (right + missed.length),
  right,
  wrong,
  missed
})

export const onHandLabelled = (): Quality => {
  let right = 0
  const wrong: Array<string> = []
  const missed: Array<string> = []
  for (const { same, a, b } of handLabelled()) {
    const matched = matchPlaces([a], [b]).length > 0
    if (matched && same) right++
    else if (matched) wrong.push(`${a.names[0]} = ${b.names[0]}`)
    else if (same) missed.push(`${a.names[0]} = ${b.names[0]}`)
  }
  return quality(right, wrong, missed)
}

/**
 * A match is right when it is labelled, wrong when its element or its item is labelled as another's, and unjudged where
 * neither is. An item that several elements stand for (a park as an area and as a point) is found with any of them.
 */
const judge = (a: ReadonlyArray<Described>, b: ReadonlyArray<Described>, pairs: ReadonlyArray<LabelledPair>) => {
  const [elements, items] = [new Set(a.map(({ id }) => id)), new Set(b.map(({ id }) => id))]
  const there = pairs.filter((pair) => elements.has(pair.a) && items.has(pair.b))
  const known = new Set(there.map((pair) => `${pair.a}|${pair.b}`))
  const [ofA, ofB] = [new Set(there.map((pair) => pair.a)), new Set(there.map((pair) => pair.b))]
  const found = new Set<string>()
  const wrong: Array<string> = []
  let unjudged = 0
  for (const match of matchPlaces(a, b)) {
    if (known.has(`${match.a}|${match.b}`)) found.add(match.b)
    else if (ofA.has(match.a) || ofB.has(match.b)) wrong.push(`${named(a, match.a)} = ${named(b, match.b)}`)
    else unjudged++
  }
  const missed = there.filter((pair) => !found.has(pair.b)).map((pair) => `${named(a, pair.a)} = ${named(b, pair.b)}`)
  const missing = [...ofB].filter((item) => !found.has(item))
  const measured = quality(found.size, wrong, missing)
  return { ...measured, missed, unjudged, absent: pairs.length - there.length }
}

const named = (side: ReadonlyArray<Described>, id: string) => {
  const one = side.find((other) => other.id === id)
  return `${one?.names[0] ?? ""} [${id}, ${one?.kind ?? "?"}]`
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const bar = (name: string, measured: number, wanted: number) => ({
  name,
  wanted: `≥ ${percent(wanted)}`,
  measured: percent(measured),
  met: measured >= wanted
})

const judged = (
  a: ReadonlyArray<Described>,
  b: ReadonlyArray<Described>,
  pairs: ReadonlyArray<LabelledPair>,
  notes: ReadonlyArray<string> = []
): Report => {
  const found = judge(a, b, pairs)
  const figures = { precision: found.precision, recall: found.recall, right: found.right, unjudged: found.unjudged }
  console.log(
    JSON.stringify({ ...figures, wrong: found.wrong.length, missed: found.missed.length, absent: found.absent })
  )
  return {
    tables: [],
    bars: [bar("precision", found.precision, 0.97), bar("recall", found.recall, 0.85)],
    notes: [
      `${a.length} elements, ${b.length} items, ${pairs.length} pairs, ${found.absent} of them of places that are in neither file.`,
      ...notes,
      ...found.wrong.map((one) => `wrong: ${one}`),
      ...found.missed.map((one) => `missed: ${one}`)
    ],
    figures
  }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const [fileA, fileB, filePairs] = ["a", "b", "pairs"].map((name) => flag(args, name))
  const language = flag(args, "language")
  if (fileA !== undefined && language !== undefined) {
    const { a, b, pairs, translated } = await translatedFrom(fileA, language)
    return judged(a, b, pairs, [`${translated} of ${b.length} items have another name in \`${language}\`.`])
  }
  if (fileA === undefined && fileB === undefined && filePairs === undefined) {
    const hand = onHandLabelled()
    return {
      tables: [],
      bars: [bar("precision on pairs labelled by hand", hand.precision, 0.98), bar("recall", hand.recall, 0.9)],
      notes: [...hand.wrong.map((one) => `wrong: ${one}`), ...hand.missed.map((one) => `missed: ${one}`)],
      figures: { precision: hand.precision, recall: hand.recall, pairs: handLabelled().length }
    }
  }
  if (fileA === undefined || fileB === undefined || filePairs === undefined) {
    throw new NotMeasured(
      "Two sources and the pairs between them are wanted: --a <extract> --b <items> --pairs <labels>."
    )
  }
  const [a, b, pairs] = [await extractPlaces(fileA), itemPlaces(fileB), labelledPairs(filePairs)]
  return judged(a, b, pairs)
}

export const benchmark: Benchmark = {
  summary: "places of two sources recognised as one: precision and recall, by hand-made labels or on files of your own",
  options: [
    "--a <file>      an .osm.pbf or an answer of Overpass; its links to Wikidata are hidden from the matcher",
    "--b <file>      JSON list of { wikidata, name, description, lat, lon, website }",
    "--language <l>  with --a alone: the extract's own names in that language are hidden from it and play the second source",
    "--pairs <file>  which element is which item: JSON, JSON lines, or two columns"
  ],
  run
}
