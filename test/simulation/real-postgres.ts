/** Tells a real PostgreSQL everything that the model of it was told in a run, in the same order, and looks for differences. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { CITY, GHOSTS } from "./cities.ts"
import { type Row, SCHEMA, type TableShape } from "./postgres/schema.ts"
import type { Executed, PgServer } from "./postgres/server.ts"

/** What follows from the server's own clock or chance, or is only for people to read, as `table.column`. */
const ITS_OWN: ReadonlySet<string> = new Set([
  "trips.epoch",
  "trip_snapshots.epoch",
  "journal_progress.updated_at",
  "nodes.until",
  // Migrations register models that the model of PostgreSQL takes for new.
  "model_registry.model_type",
  "model_registry.stage",
  "model_registry.description"
])

const codeOf = (error: SqlError): string | undefined => (error.reason.cause as { readonly code?: string }).code

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)])
  )
}

/** A row as text that is the same for the same content, whoever gives it. */
const plain = ({ columns, name }: TableShape, row: Row): string =>
  JSON.stringify(
    columns
      .filter((column) => !ITS_OWN.has(`${name}.${column.name}`))
      .map((column) => {
        const value = row[column.name] ?? null
        if (value === null) return null
        switch (column.type) {
          case "timestamptz":
            return typeof value === "number" ? value : Date.parse(value as string)
          case "int8":
            return Number(value)
          case "float4":
            return Math.fround(value as number)
          case "float4[]":
            return (value as ReadonlyArray<number>).map(Math.fround)
          default:
            return sorted(JSON.parse(JSON.stringify(value)))
        }
      })
  )

/** What a run begins with: the city and its places, but for what no database knows. */
const furnishReal = (sql: SqlClient) =>
  Effect.gen(function* () {
    const { city } = CITY
    yield* sql`
      insert into cities (id, slug, name, country, time_zone, lat, lon)
      values (${city.id}, ${city.slug}, 'City', 'US', ${city.time_zone}, 0, 0)`
    for (const [n, node] of CITY.nodes.entries()) {
      if (GHOSTS.has(node.id)) continue
      yield* sql`
        insert into activity_nodes (id, city_id, node_index, name, neighbourhood, category, lat, lon, time_zone, price_tier,
          setting, weather_sensitivity, typical_minutes, day_parts, vibe_tags, vibe_weights, vibe_embedding,
          taxonomy_version, source_tier, content_hash)
        values (${node.id}, ${city.id}, ${n}, 'Place', 'Here', ${node.category}, 0, 0, 'UTC', ${node.price_tier}, 'indoor', 0, 30,
          '{}', '{}', '{}', ${JSON.stringify([...node.vibe_embedding])
            .replace("[", "{")
            .replace("]", "}")}::text::real[], 'v1', 1, 'x')`
    }
  })

/** Tells it all; gives where it answered otherwise than the model. */
const tellAll = Effect.fnUntraced(function* (sql: SqlClient, script: ReadonlyArray<Executed>) {
  const found: Array<string> = []
  // A transaction begins and ends as the script says: all of it on one connection.
  const connection = yield* sql.reserve
  for (const one of script) {
    const control = ["BEGIN", "COMMIT", "ROLLBACK"].includes(one.text)
    const said = yield* Effect.result(
      control
        ? connection.executeUnprepared(one.text, [], undefined)
        : connection.execute(one.text, one.params, undefined)
    )
    const code = said._tag === "Failure" ? (codeOf(said.failure) ?? said.failure.message) : undefined
    if (code === one.refused) continue
    found.push(
      `"${one.text.trim().replace(/\s+/g, " ").slice(0, 200)}" was answered ${code ?? "well"}, by the model ${one.refused ?? "well"}`
    )
    if (found.length > 5) break
  }
  return found
})

const compareTable = Effect.fnUntraced(function* (sql: SqlClient, server: PgServer, shape: TableShape) {
  const rows = yield* sql.unsafe<{ readonly row: Row }>(`select to_jsonb(t) as row from ${shape.name} t`)
  const theirs = new Map(rows.map(({ row }) => [shape.key.map((column) => row[column]).join(" "), plain(shape, row)]))
  const found: Array<string> = []
  for (const row of server.store.scan(undefined, shape.name)) {
    const key = shape.key.map((column) => row[column]).join(" ")
    const mine = plain(shape, row)
    const other = theirs.get(key)
    theirs.delete(key)
    if (other !== mine) found.push(`${shape.name} ${key} is ${mine} by the model and ${other ?? "not there"}`)
  }
  // What migrations put there the model does without.
  if (shape.name !== "model_registry")
    for (const [key, other] of theirs) found.push(`${shape.name} ${key} is ${other}, and not there by the model`)
  return found
})

/** What a real PostgreSQL makes of the run otherwise, in sentences. */
export const differences = Effect.fnUntraced(function* (server: PgServer) {
  const sql = yield* SqlClient
  yield* furnishReal(sql)
  const answers = yield* Effect.scoped(tellAll(sql, server.executed))
  if (answers.length > 0) return answers
  const tables = yield* Effect.forEach([...SCHEMA.values()], (shape) => compareTable(sql, server, shape))
  return tables.flat()
})
