/** Cities as they are imported from extracts of OpenStreetMap, without a database between. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { assembleNode } from "../../src/domain/catalog/assemble.ts"
import { cityIdOf } from "../../src/domain/catalog/node.ts"
import { residentCatalog } from "../../src/domain/catalog/resident-catalog.ts"
import { travelIn } from "../../src/domain/itinerary/travel.ts"
import { localTime, zoneOf } from "../../src/domain/time/zone.ts"
import { tripDays } from "../../src/domain/trip/request.ts"
import { fromOsm } from "../../src/sources/osm/osm-city.ts"
import type { PlanningCity } from "../../test/support/generated-city.ts"

const EXTRACT = /^(.+)\.(osm\.pbf|overpass\.json)$/

const read = async (file: string, slug: string): Promise<PlanningCity> => {
  const { city, licence, nodes, source } = await Effect.runPromise(fromOsm({ city: slug, file }, undefined))
  const catalog = residentCatalog({
    city: {
      id: cityIdOf(slug),
      slug,
      name: city.name,
      country: city.country,
      time_zone: city.time_zone,
      ...city.centre
    },
    version: 1,
    nodes: Array.from(nodes, (node) => assembleNode(city, { source, licence }, node).node),
    retired: new Set()
  })
  const zone = zoneOf(city.time_zone)!
  return {
    ...catalog,
    localMinute: (millis) => localTime(zone, millis).minute,
    travel: travelIn(catalog),
    tripDays: (start, count) => tripDays(city.time_zone, start, count)
  }
}

export const importedCities = async (folder: string): Promise<ReadonlyArray<PlanningCity>> => {
  const cities: Array<PlanningCity> = []
  for (const file of readdirSync(folder).sort()) {
    const slug = EXTRACT.exec(file)?.[1]
    if (slug !== undefined) cities.push(await read(join(folder, file), slug))
  }
  if (cities.length === 0) throw new Error(`${folder} holds no extract: a *.osm.pbf, or an answer as *.overpass.json`)
  return cities
}
