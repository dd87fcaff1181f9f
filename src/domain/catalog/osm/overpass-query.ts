/** What is asked of Overpass about a city: everything with a name that may be a place, and what says where in the city it lies. */
import type { Bounds } from "../city-file.ts"

/** What places are told by; `read.ts` says which values of them are. */
const KEYS = [
  "amenity",
  "tourism",
  "leisure",
  "historic",
  "natural",
  "shop",
  "craft",
  "man_made",
  "building",
  "railway"
]

/** A box that is wider or higher than this is no city: an extract as a file does for a region. */
const MOST_DEGREES = 1

/** What is wrong with a box, if anything is. */
export const boxProblem = ({ south, west, north, east }: Bounds): string | undefined => {
  if (!(south < north && west < east)) return "its south is not below its north, or its west not before its east"
  if (north - south > MOST_DEGREES || east - west > MOST_DEGREES) {
    return `it is more than ${MOST_DEGREES} degree wide or high: take an extract as a file for that`
  }
  return undefined
}

export const overpassQuery = ({ south, west, north, east }: Bounds, seconds: number): string =>
  [
    `[out:json][timeout:${seconds}][bbox:${[south, west, north, east].join(",")}];`,
    `(${KEYS.map((key) => `nwr["name"]["${key}"];`).join("")});out center;`,
    `node["name"]["place"];out;`,
    `(way["name"]["place"];relation["name"]["place"];relation["boundary"="administrative"]["name"]["admin_level"~"^([6-9]|1[0-9])$"];);out geom;`
  ].join("")
