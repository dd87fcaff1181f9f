import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { Bounds } from "../domain/catalog/city-file.ts"
import { CitySeeder, SEED_SOURCES, type SeedRequest, type SeedSummary } from "../services/city-seeder.ts"
import { beside } from "./beside.ts"
import { progressBar } from "./progress.ts"

/** As many places as a city may have. */
const MOST_NODES = 100_000

/** `43.5,4.8,43.8,5.2` */
const BoundsText = Schema.String.pipe(
  Schema.decodeTo(Bounds, {
    decode: SchemaGetter.transform((text: string) => {
      const [south = Number.NaN, west = Number.NaN, north = Number.NaN, east = Number.NaN] = text.split(",").map(Number)
      return { south, west, north, east }
    }),
    encode: SchemaGetter.transform(({ south, west, north, east }) => [south, west, north, east].join(","))
  })
)

/** Fills a city's catalog and its vector index; running it again changes nothing. */
export const seedCity = Command.make(
  "seed-city",
  {
    city: Flag.String("city").pipe(Flag.withDescription("The city's slug, such as seattle.")),
    source: Flag.Literals("source", SEED_SOURCES).pipe(
      Flag.withDescription(
        "curated: our own files. osm: an extract of OpenStreetMap; without a file, OVERPASS_URL is asked. overture: a Parquet file of its places. wikivoyage: the wikitext of an article. geojson: features with tags. gtfs: the lines of a feed of transit, for a city that has places. synthetic: made up. file: a city file. posts: scraped posts. reddit: what SOURCES_FILE names, or an archive. feed, discourse, pages: what SOURCES_FILE names. places: Google Places; of a city that other sources describe its stars alone, as the word of visitors."
      ),
      Flag.withDefault("curated" as const)
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription(
        "Take at most this number of places; of sources of posts it counts the posts, and synthetic makes this number of places up."
      ),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MOST_NODES }))),
      Flag.optional
    ),
    file: Flag.String("file").pipe(
      Flag.withDescription(
        "The .osm.pbf or Overpass JSON of `osm`, the file of `overture`, `wikivoyage` or `geojson`, the city file of `file`, the JSON lines of `posts`, an archive of `reddit` (JSON lines, also as .zst), the ZIP archive of `gtfs`."
      ),
      Flag.optional
    ),
    name: Flag.String("name").pipe(
      Flag.withDescription("What the city is called, where an extract does not say."),
      Flag.withSchema(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(100))),
      Flag.optional
    ),
    bounds: Flag.String("bounds").pipe(
      Flag.withDescription(
        "Of osm without a file, for a city that nobody seeded yet: south,west,north,east in degrees, which OVERPASS_URL is asked for."
      ),
      Flag.withSchema(BoundsText),
      Flag.optional
    ),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("Of synthetic: the same seed, the same city."),
      Flag.withDefault(1)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("One JSON object, last."), Flag.withDefault(false)),
    beside: Flag.Boolean("beside").pipe(
      Flag.withDescription(
        "As a server runs it beside itself: progress and the end as lines of JSON on standard output, and an end as soon as standard input is closed."
      ),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ city, source, limit, file, name, bounds, seed, json, beside: isBeside }) {
    const seeder = yield* CitySeeder
    const request: SeedRequest = {
      city,
      source,
      seed,
      limit: Option.getOrUndefined(limit),
      file: Option.getOrUndefined(file),
      name: Option.getOrUndefined(name),
      bounds: Option.getOrUndefined(bounds)
    }
    if (isBeside) {
      const { progress, tell } = beside()
      return yield* tell(seeder.seed(request, progress))
    }
    const bar = progressBar(`Seeding ${city}`)
    const summary = yield* seeder.seed(request, bar.update).pipe(Effect.ensuring(bar.end))
    yield* Console.log(json ? JSON.stringify(summary) : describe(summary))
  })
).pipe(
  Command.withDescription("Fills a city's catalog and vector index. Idempotent; goes on where a killed run stopped.")
)

const describe = (summary: SeedSummary): string =>
  [
    summary.source === "gtfs"
      ? `${summary.city} (gtfs): ${summary.counts["lines"]} lines at ${summary.counts["stations"]} stations, ${summary.changed > 0 ? "kept" : "as they were"}. Catalog version ${summary.catalog_version}.`
      : `${summary.city} (${summary.source}): ${summary.new} new, ${summary.changed} changed, ${summary.unchanged} unchanged, ${summary.retired} retired, ${summary.joined} joined to places that were there, ${summary.rejected} rejected. Catalog version ${summary.catalog_version}.`,
    ...Object.entries(summary.left_out).map(([reason, count]) => `  left out: ${count} × ${reason}`),
    ...summary.broken.map((what) => `  broken: ${what}`),
    ...summary.rejections.map(({ item, reason }) => `  rejected ${item}: ${reason}`),
    ...(summary.rejected > summary.rejections.length
      ? [`  rejected, too, and not listed: ${summary.rejected - summary.rejections.length}`]
      : []),
    ...summary.unread_hours.map((text) => `  hours that could not be read: ${text}`),
    ...summary.notes.map(({ item, reason }) => `  note on ${item}: ${reason}`)
  ].join("\n")
