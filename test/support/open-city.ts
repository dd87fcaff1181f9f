// A made-up city in the form of an answer of Overpass: enough places of every kind to plan days in.
import { writeFileSync } from "node:fs"
import { join } from "node:path"

const KINDS: ReadonlyArray<readonly [tags: Readonly<Record<string, string>>, count: number]> = [
  [{ amenity: "restaurant", cuisine: "regional", "diet:vegetarian": "yes" }, 40],
  [{ amenity: "cafe", outdoor_seating: "yes" }, 20],
  [{ amenity: "bar" }, 10],
  [{ tourism: "museum", opening_hours: "Tu-Su 10:00-18:00", wheelchair: "yes" }, 12],
  [{ tourism: "gallery" }, 6],
  [{ leisure: "park" }, 16],
  [{ leisure: "garden", fee: "yes" }, 6],
  [{ amenity: "place_of_worship" }, 12],
  [{ historic: "castle", wikidata: "Q1" }, 4],
  [{ tourism: "viewpoint" }, 6],
  [{ shop: "books", opening_hours: "Mo-Sa 09:00-19:00" }, 8],
  [{ amenity: "marketplace" }, 4],
  [{ amenity: "theatre" }, 4],
  [{ amenity: "bank" }, 5]
]

export const LYON = { lat: 45.76, lon: 4.84 }

/** The elements; `skip` leaves one out, as a fresh extract may; `times` as many of every kind. */
export const openCityElements = (skip?: string, times = 1): ReadonlyArray<object> => {
  let id = 100
  return KINDS.flatMap(([tags, count]) =>
    Array.from({ length: count * times }, () => {
      id++
      const kind = Object.values(tags)[0]!.replaceAll("_", " ")
      return {
        type: "node",
        id,
        lat: LYON.lat + ((id * 7919) % 199) / 8_000 - 0.0124,
        lon: LYON.lon + ((id * 104_729) % 211) / 6_000 - 0.0175,
        tags: { ...tags, name: `The ${kind} number ${id}` }
      }
    })
  ).filter(({ tags }) => tags.name !== skip)
}

export const writeOpenCity = (folder: string, elements: ReadonlyArray<object> = openCityElements()): string => {
  const file = join(folder, `open-${elements.length}.json`)
  writeFileSync(file, JSON.stringify({ version: 0.6, generator: "Overpass API", elements }))
  return file
}
