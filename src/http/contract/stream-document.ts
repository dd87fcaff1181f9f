/** The stream's contract as an AsyncAPI 3 document, made from the schemas of its frames and dressed as the HTTP one is. */
import * as Schema from "effect/Schema"
import { CLIENT_FRAMES, EVENT_FRAMES, OTHER_FRAMES } from "../api/frames.ts"
import { dressSchemas, type Json, type Used, withPlainNames } from "./dress.ts"
import { FIELDS } from "./fields.ts"
import { CLOSES, FRAMES, STREAM } from "./frame-words.ts"
import { signalItem } from "./signal-item.ts"

/** Frames by the name of their shape, with the definitions that they lean on, as the HTTP document has them. */
const definitions = (frames: ReadonlyArray<Schema.Top>): Json => {
  const gathered: Json = {}
  for (const frame of frames) {
    const { schema, definitions: more } = Schema.toJsonSchemaDocument(frame) as Json
    Object.assign(gathered, more)
    const name = /[^/]+$/.exec(schema.$ref ?? "")?.[0]
    if (name === undefined) throw new Error("A frame of the stream has no name.")
  }
  return withPlainNames(JSON.parse(JSON.stringify(gathered).replaceAll('"#/$defs/', '"#/components/schemas/')))
}

const namesOf = (frames: ReadonlyArray<Schema.Top>): ReadonlyArray<string> =>
  frames.map((frame) => (Schema.toJsonSchemaDocument(frame) as Json).schema.$ref.split("/").at(-1))

/** A signal as a frame: the item itself, with the type of the frame beside it. The stream knows whose and of which trip. */
const signalFrame = (): Json => {
  const { properties, required, ...item } = signalItem()
  return {
    ...item,
    properties: { type: { type: "string", enum: ["signal"] }, ...properties },
    required: ["type", ...required]
  }
}

const channel = { $ref: "#/channels/tripStream" }

const message = (name: string, schemas: Json) => {
  const { summary } = FRAMES[name]!
  return {
    name,
    title: name.replace(/Frame$/, ""),
    summary,
    contentType: "application/json",
    payload: { $ref: `#/components/schemas/${name}` },
    examples: [{ name: "example", summary, payload: schemas[name].examples[0] }]
  }
}

const operation = (action: "send" | "receive", summary: string, description: string, names: ReadonlyArray<string>) => ({
  action,
  channel,
  summary,
  description,
  messages: names.map((name) => ({ $ref: `#/channels/tripStream/messages/${name}` }))
})

/** Words that the document leans on beside the fields of its frames. */
const parameterWords = (name: string) => ({ description: FIELDS[name]![0], examples: [FIELDS[name]![1]] })

export const streamDocument = (used: Used = new Set()): Json => {
  const clients = Object.values(CLIENT_FRAMES)
  const said = [...namesOf(clients), "SignalFrame"]
  const events = namesOf(EVENT_FRAMES)
  const others = namesOf(OTHER_FRAMES)
  const plain = { ...definitions([...clients, ...EVENT_FRAMES, ...OTHER_FRAMES]), SignalFrame: signalFrame() }
  const schemas = dressSchemas(plain, used)
  for (const name of [...said, ...events, ...others]) used.add(`frame ${name}`)
  const query = {
    type: "object",
    properties: {
      epoch: { type: "string", format: "uuid", ...parameterWords("epoch") },
      since: { type: "integer", minimum: 0, description: STREAM.since, examples: [7] }
    }
  }
  const headers = {
    type: "object",
    properties: {
      "Sec-WebSocket-Protocol": {
        type: "string",
        description: STREAM.protocol,
        examples: ["overplanned.v1, bearer.eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"]
      }
    },
    required: ["Sec-WebSocket-Protocol"]
  }
  return {
    asyncapi: "3.0.0",
    info: { title: "Overplanned: a trip's stream", version: "1", description: STREAM.about },
    defaultContentType: "application/json",
    servers: {
      here: {
        host: "{host}",
        protocol: "wss",
        description: "The server that gave you this document; `ws` where it is asked over plain HTTP.",
        variables: { host: { default: "127.0.0.1:8000", description: "Host and port of the server." } },
        security: [{ $ref: "#/components/securitySchemes/bearer" }]
      }
    },
    channels: {
      tripStream: {
        address: "/ws/trips/{trip_id}/pivot-stream",
        title: "A trip's stream",
        summary: STREAM.summary,
        description: CLOSES,
        parameters: { trip_id: { description: FIELDS["trip_id"]![0], examples: [FIELDS["trip_id"]![1]] } },
        bindings: { ws: { method: "GET", query, headers, bindingVersion: "0.1.0" } },
        messages: Object.fromEntries(
          [...said, ...events, ...others].map((name) => [name, { $ref: `#/components/messages/${name}` }])
        )
      }
    },
    operations: {
      say: operation("receive", "What you may say", STREAM.say, said),
      follow: operation("send", "What happens to the trip", STREAM.follow, events),
      hear: operation("send", "What you hear besides", STREAM.hear, others)
    },
    components: {
      schemas,
      messages: Object.fromEntries([...said, ...events, ...others].map((name) => [name, message(name, schemas)])),
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: STREAM.bearer } }
    }
  }
}
