/** What a release writes for others and reads of them: what is stored, what streams say and hear, what HTTP asks and answers. */
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import type { Shape } from "./readable.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema and OpenAPI as they are written.
type Json = any

export interface Operation {
  readonly asks: Json | undefined
  /** Successes, by status. */
  readonly answers: Readonly<Record<string, Json>>
}

export interface ReleaseShapes {
  /** Types of journal records, with the version that is written and the newest that is read. */
  readonly records: Readonly<Record<string, number>>
  /** Stored by whoever owns a trip, and read by whoever owns it next. */
  readonly stored: Readonly<Record<string, Shape>>
  /** What actors are asked. */
  readonly commands: Readonly<Record<string, Shape>>
  /** What they answer. */
  readonly replies: Readonly<Record<string, Shape>>
  /** Frames to clients, and frames of theirs, by name. */
  readonly said: Readonly<Record<string, Shape>>
  readonly heard: Readonly<Record<string, Shape>>
  readonly operations: Readonly<Record<string, Operation>>
  /** Shapes that operations name. */
  readonly named: Readonly<Record<string, Json>>
}

const shapeOf = (schema: Schema.Top): Shape => {
  const { definitions, schema: plain } = Schema.toJsonSchemaDocument(
    Schema.toCodecJson(schema as Schema.Codec<unknown>)
  )
  return { schema: plain, definitions }
}

const shapesOf = (schemas: Readonly<Record<string, Schema.Top>>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, shapeOf(schema)]))

const JSON_TYPE = "application/json"

const operationsOf = (document: Json): ReleaseShapes["operations"] =>
  Object.fromEntries(
    Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).map(([method, { requestBody, responses }]) => [
        `${method.toUpperCase()} ${path}`,
        {
          asks: requestBody?.content?.[JSON_TYPE]?.schema,
          answers: Object.fromEntries(
            Object.entries<Json>(responses)
              .filter(([status, { content }]) => Number(status) < 400 && content?.[JSON_TYPE] !== undefined)
              .map(([status, { content }]) => [status, content[JSON_TYPE].schema])
          )
        }
      ])
    )
  )

/** Of the release whose sources lie in this folder. */
export const releaseShapes = async (root: string): Promise<ReleaseShapes> => {
  const load = (path: string): Promise<Json> => import(pathToFileURL(join(root, "src", path)).href)
  const kinds = await load("domain/records/kinds.ts")
  const events = await load("domain/trip/events.ts")
  const snapshot = await load("domain/trip/snapshot.ts")
  const trip = await load("domain/trip/commands.ts")
  const user = await load("domain/user/commands.ts")
  const city = await load("domain/city/decide.ts")
  const frames = await load("http/api/frames.ts")
  const document = OpenApi.fromApi((await load("http/api/api.ts")).Api)
  const nameOf = ({ ast }: Schema.Top) => String(ast.annotations?.["identifier"])
  const all: ReadonlyArray<Schema.Top> = [...frames.EVENT_FRAMES, ...frames.OTHER_FRAMES, ...frames.SHARED_FRAMES]
  return {
    records: Object.fromEntries(
      Object.values<Json>(kinds)
        .filter((one) => typeof one.type === "string")
        .map(({ type, version }) => [type, version])
    ),
    stored: shapesOf({ "trip event": events.TripEvent, "trip snapshot": snapshot.TripSnapshot }),
    commands: shapesOf({ trip: trip.TripCommand, traveler: user.UserCommand, city: city.CityCommand }),
    replies: shapesOf({ trip: trip.TripReply, traveler: user.UserReply, city: city.CityReply }),
    said: shapesOf(Object.fromEntries(all.map((frame) => [nameOf(frame), frame]))),
    heard: shapesOf(frames.CLIENT_FRAMES),
    operations: operationsOf(document),
    named: (document as Json).components.schemas
  }
}
