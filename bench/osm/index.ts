// How much memory an extract costs to read, whatever its size: a made file of streets, houses and places.
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readPbf } from "../../src/sources/osm/read-pbf.ts"
import { headerBlock, nodesBlock, waysBlock } from "../../test/support/osm-file.ts"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"

const MEGABYTE = 2 ** 20
const ALLOWED_MB = 300
/** Named places of the made file: as many as a large city has. */
const CAFES = 20_000
const PARKS = 10_000
const PER_BLOCK = 4_000

const somewhere = (i: number) => ({
  lat: 45 + ((i * 7_919) % 100_003) / 200_000,
  lon: 7 + ((i * 104_729) % 100_003) / 200_000
})

/** Writes the places once, and houses and streets until the file has its size. */
const write = (path: string, bytes: number): void => {
  const file = openSync(path, "w")
  writeSync(file, headerBlock())
  for (let first = 0; first < CAFES; first += PER_BLOCK) {
    const cafes = Array.from({ length: PER_BLOCK }, (_, i) => ({
      ...{ id: first + i + 1, ...somewhere(first + i) },
      tags: { amenity: "cafe", name: `Café ${first + i}`, opening_hours: "Mo-Fr 08:00-18:00" }
    }))
    writeSync(file, nodesBlock(cafes))
  }
  const corner = (i: number) => 1_000_000 + 4 * i
  for (let first = 0; first < PARKS; first += PER_BLOCK / 4) {
    const parks = Array.from({ length: PER_BLOCK / 4 }, (_, i) => first + i)
    const corners = parks.flatMap((i) =>
      [0, 1, 2, 3].map((n) => ({
        id: corner(i) + n,
        lat: somewhere(i).lat + (n === 1 || n === 2 ? 0.001 : 0),
        lon: somewhere(i).lon + (n >= 2 ? 0.001 : 0)
      }))
    )
    writeSync(file, nodesBlock(corners))
    const ways = parks.map((i) => ({
      id: i + 1,
      refs: [0, 1, 2, 3, 0].map((n) => corner(i) + n),
      tags: { leisure: "park", name: `Park ${i}` }
    }))
    writeSync(file, waysBlock(ways))
  }
  const filler = Buffer.concat([
    nodesBlock(Array.from({ length: PER_BLOCK }, (_, i) => ({ id: 10_000_000 + i * 3, ...somewhere(i * 31) }))),
    waysBlock(
      Array.from({ length: PER_BLOCK }, (_, i) => ({
        id: 10_000_000 + i,
        refs: Array.from({ length: 6 }, (_, n) => 10_000_000 + ((i * 97 + n) % PER_BLOCK) * 3),
        tags: { building: "yes", "addr:street": `Street ${i % 400}`, "addr:housenumber": `${i % 90}` }
      }))
    )
  ])
  for (let size = statSync(path).size; size < bytes; size += filler.length) writeSync(file, filler)
  closeSync(file)
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const megabytes = numberFlag(args, "mb", 500)
  const folder = mkdtempSync(join(tmpdir(), "osm-bench-"))
  try {
    const path = join(folder, "made.osm.pbf")
    // Before the file is written: what that leaves behind counts, too.
    const before = process.memoryUsage().rss
    write(path, megabytes * MEGABYTE)
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss)
    }, 20)
    const began = performance.now()
    const { places, broken } = await readPbf(path, () => undefined)
    const seconds = (performance.now() - began) / 1000
    clearInterval(watch)
    most = Math.max(most, process.memoryUsage().rss)
    const above = (most - before) / MEGABYTE
    return {
      tables: [
        {
          title: `An extract of ${Math.round(statSync(path).size / MEGABYTE)} MB`,
          columns: ["places", "broken blocks", "seconds", "MB above the baseline"],
          rows: [[places.length, broken.length, seconds, above]]
        }
      ],
      bars: [
        {
          name: "memory above the baseline",
          wanted: `≤ ${ALLOWED_MB} MB`,
          measured: `${Math.round(above)} MB`,
          met: above <= ALLOWED_MB
        },
        {
          name: "places found",
          wanted: `${CAFES + PARKS}`,
          measured: `${places.length}`,
          met: places.length === CAFES + PARKS
        }
      ],
      figures: { above_mb: above, seconds, places: places.length }
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const benchmark: Benchmark = {
  summary: "reading a large extract of OpenStreetMap: seconds, and memory above the baseline",
  options: ["--mb <n>   size of the made file, 500 by default"],
  run
}
