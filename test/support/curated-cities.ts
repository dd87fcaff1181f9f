// The cities that the project ships, read from their files as a seeded database would hold them.
import { readdirSync, readFileSync } from "node:fs"
import * as Schema from "effect/Schema"
import { assembleNode } from "../../src/domain/catalog/assemble.ts"
import { CityFileHeader, CityFileNode } from "../../src/domain/catalog/city-file.ts"
import { cityIdOf } from "../../src/domain/catalog/node.ts"
import { residentCatalog } from "../../src/domain/catalog/resident-catalog.ts"
import { travelIn } from "../../src/domain/itinerary/travel.ts"
import { localTime, zoneOf } from "../../src/domain/time/zone.ts"
import { tripDays } from "../../src/domain/trip/request.ts"
import type { PlanningCity } from "./generated-city.ts"

const folder = new URL("../../data/cities/", import.meta.url)

const read = (file: string): PlanningCity => {
  const header = Schema.decodeUnknownSync(CityFileHeader)(JSON.parse(readFileSync(new URL(file, folder), "utf8")))
  const { slug, name, country, time_zone, centre, transit } = header.city
  const catalog = residentCatalog({
    city: {
      id: cityIdOf(slug),
      slug,
      name,
      country,
      time_zone,
      ...centre,
      ...(transit === undefined ? {} : { travel: transit })
    },
    version: 1,
    nodes: header.nodes.map(
      (node) => assembleNode(header.city, header, Schema.decodeUnknownSync(CityFileNode)(node)).node
    ),
    retired: new Set()
  })
  const zone = zoneOf(time_zone)!
  return {
    ...catalog,
    localMinute: (millis) => localTime(zone, millis).minute,
    travel: travelIn(catalog),
    tripDays: (start, count) => tripDays(time_zone, start, count)
  }
}

export const curatedCities = (): ReadonlyArray<PlanningCity> =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map(read)
