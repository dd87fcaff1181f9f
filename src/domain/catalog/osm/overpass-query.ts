/** What is asked of Overpass about a city: everything with a name that may be a place, and what says where in the city it lies. */
import type { Bounds } from "../city-file.ts"
import { NAME_KEYS, PLACE_TAGS } from "./read.ts"

/** Everything that `read.ts` takes for a place by its tags, under any of the names that it reads. */
const named = `[~"^(${NAME_KEYS.join("|")})$"~"."]`
const places = PLACE_TAGS.map(({ key, values }) =>
  values === undefined ? `nwr${named}["${key}"];` : `nwr${named}["${key}"~"(^|;) *(${values.join("|")}) *(;|$)"];`
).join("")

/** A box that is wider or higher than this is no city: an extract as a file does for a region. */
const MOST_DEGREES = 1

/** What is wrong with a box, if anything is. */
export const boxProblem = ({ south, west, north, east }: Bounds): string | undefined => {
  // Where the date line runs through a city, its west is the greater number.
  const wide = west < east ? east - west : east - west + 360
  if (!(south < north) || west === east || (west > east && wide > MOST_DEGREES)) {
    return "its south is not below its north, or its west not before its east"
  }
  if (north - south > MOST_DEGREES || wide > MOST_DEGREES) {
    return `it is more than ${MOST_DEGREES} degree wide or high: take an extract as a file for that`
  }
  return undefined
}

export const overpassQuery = ({ south, west, north, east }: Bounds, seconds: number): string =>
  [
    `[out:json][timeout:${seconds}][bbox:${[south, west, north, east].join(",")}];`,
    `(${places});out center;`,
    `node["name"]["place"];out;`,
    `(way["name"]["place"];relation["name"]["place"];relation["boundary"="administrative"]["name"]["admin_level"~"^([6-9]|1[0-9])$"];);out geom;`
  ].join("")
