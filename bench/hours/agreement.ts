// The opening hours of an extract, asked over a year beside the reference package: which values both read, and how often they agree.
import { openSync, readSync } from "node:fs"
import * as Result from "effect/Result"
import OpeningHours from "opening_hours"
import { openAt, parseHours } from "../../src/domain/catalog/hours/hours.ts"
import { zoneOf } from "../../src/domain/time/zone.ts"
import type { ReadTags } from "../../src/sources/osm/extract.ts"
import { readOverpassWith } from "../../src/sources/osm/read-overpass.ts"
import { looksLikePbf, PbfReader } from "../../src/sources/osm/read-pbf.ts"
import { NotMeasured, type Report } from "../benchmark.ts"

const YEAR = 2026
/** Between two questions: a prime number of minutes, so that every minute of the day has its turn. */
const STEP_MINUTES = 97
const MOST_TOLD = 20

const hoursOnly: ReadTags<string> = ({ opening_hours: text }) => (text === undefined ? undefined : { place: text })

const valuesOf = async (path: string): Promise<ReadonlyMap<string, number>> => {
  const start = new Uint8Array(64)
  readSync(openSync(path, "r"), start, 0, start.length, 0)
  const { places } = looksLikePbf(start)
    ? await new PbfReader(path, () => undefined, hoursOnly).read()
    : await readOverpassWith(path, hoursOnly)
  const counts = new Map<string, number>()
  for (const { place } of places) counts.set(place, (counts.get(place) ?? 0) + 1)
  return counts
}

/** It says on the console what it would rather read. */
const quietly = <A>(ask: () => A): A | undefined => {
  const { error, warn } = console
  console.error = console.warn = () => undefined
  try {
    return ask()
  } catch {
    return undefined
  } finally {
    Object.assign(console, { error, warn })
  }
}

export const agreement = async (path: string, zoneName: string, country: string): Promise<Report> => {
  const zone = zoneOf(zoneName)
  if (zone === undefined) throw new NotMeasured(`--zone ${zoneName} is no time zone, such as Europe/Paris.`)
  // The package computes in the zone of its process.
  process.env.TZ = zoneName
  const counts = await valuesOf(path)
  const address = { address: { country_code: country.toLowerCase() } } as never
  const instants: Array<number> = []
  for (let at = Date.UTC(YEAR, 0, 1); at < Date.UTC(YEAR + 1, 0, 1); at += STEP_MINUTES * 60_000) instants.push(at)
  let [read, unread, theirsOnly, asked, agreed] = [0, 0, 0, 0, 0]
  const said: Array<string> = []
  const tell = (what: string) => void (said.length < MOST_TOLD && said.push(what))
  const disagreeing = new Set<string>()
  for (const [text, places] of counts) {
    const ours = parseHours(text, country)
    const theirs = quietly(() => new OpeningHours(text, address))
    if (Result.isFailure(ours)) {
      unread++
      if (theirs !== undefined) theirsOnly++
      tell(`not read (${places}×${theirs === undefined ? ", by neither" : ""}): ${text}`)
      continue
    }
    read++
    if (theirs === undefined) continue
    for (const instant of instants) {
      const date = new Date(instant)
      const answer = quietly(() => (theirs.getUnknown(date) ? "unknown" : theirs.getState(date) ? "open" : "closed"))
      if (answer === undefined) continue
      asked++
      const own = openAt(ours.success, zone, instant)
      if (own === answer) agreed++
      else if (!disagreeing.has(text)) {
        disagreeing.add(text)
        tell(`${date.toString().slice(0, 24)}: ours ${own}, theirs ${answer}: ${text}`)
      }
    }
  }
  const share = asked === 0 ? 1 : agreed / asked
  return {
    tables: [
      {
        title: `${counts.size} values of ${path.split("/").at(-1)} over ${YEAR}, every ${STEP_MINUTES} minutes`,
        columns: ["read", "not read", "of these read by the package", "questions", "agreed", "values that disagree"],
        rows: [[read, unread, theirsOnly, asked, `${(100 * share).toFixed(3)} %`, disagreeing.size]]
      }
    ],
    bars: [
      {
        name: "values that disagree with the package",
        wanted: "0",
        measured: `${disagreeing.size}`,
        met: disagreeing.size === 0
      }
    ],
    notes: said,
    figures: { read, unread, asked, agreed: share, disagreeing: disagreeing.size }
  }
}
