/** The stream's contract as an AsyncAPI 3 document, made from the schemas of its frames and dressed as the HTTP one is. */
import * as Schema from "effect/Schema"
import { CLIENT_FRAMES, EVENT_FRAMES, OTHER_FRAMES, SHARED_FRAMES } from "../api/frames.ts"
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

/** What a socket has to offer when it is opened. */
const offering = (description: string, example: string) => ({
  type: "object",
  properties: { "Sec-WebSocket-Protocol": { type: "string", description, examples: [example] } },
  required: ["Sec-WebSocket-Protocol"]
})

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

const operation = (
  action: "send" | "receive",
  summary: string,
  description: string,
  names: ReadonlyArray<string>,
  channel = "tripStream"
) => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  summary,
  description,
  messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }))
})

const referring = (names: ReadonlyArray<string>) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]))

/** The stream of a plan that is shared by a link. */
const sharedChannel = (names: ReadonlyArray<string>) => ({
  address: "/ws/shared",
  title: "A shared plan's stream",
  summary: STREAM.shared,
  description: STREAM.sharedCloses,
  bindings: {
    ws: {
      method: "GET",
      headers: offering(STREAM.sharedProtocol, "overplanned.v1, share.0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
      bindingVersion: "0.1.0"
    }
  },
  messages: referring(names)
})

/** Words that the document leans on beside the fields of its frames. */
const parameterWords = (name: string) => ({ description: FIELDS[name]![0], examples: [FIELDS[name]![1]] })

export const streamDocument = (used: Used = new Set()): Json => {
  const clients = Object.values(CLIENT_FRAMES)
  const said = [...namesOf(clients), "SignalFrame"]
  const events = namesOf(EVENT_FRAMES)
  const others = namesOf(OTHER_FRAMES)
  const shared = namesOf(SHARED_FRAMES)
  const all = [...said, ...events, ...others, ...shared]
  const frames = [...clients, ...EVENT_FRAMES, ...OTHER_FRAMES, ...SHARED_FRAMES]
  const plain = { ...definitions(frames), SignalFrame: signalFrame() }
  const schemas = dressSchemas(plain, used)
  for (const name of all) used.add(`frame ${name}`)
  const query = {
    type: "object",
    properties: {
      epoch: { type: "string", format: "uuid", ...parameterWords("epoch") },
      since: { type: "integer", minimum: 0, description: STREAM.since, examples: [7] }
    }
  }
  const headers = offering(STREAM.protocol, "overplanned.v1, bearer.eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…")
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
        messages: referring([...said, ...events, ...others])
      },
      sharedTrip: sharedChannel(shared)
    },
    operations: {
      say: operation("receive", "What you may say", STREAM.say, said),
      follow: operation("send", "What happens to the trip", STREAM.follow, events),
      hear: operation("send", "What you hear besides", STREAM.hear, others),
      read: operation("send", "When a shared plan has changed", STREAM.shared, shared, "sharedTrip")
    },
    components: {
      schemas,
      messages: Object.fromEntries(all.map((name) => [name, message(name, schemas)])),
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: STREAM.bearer } }
    }
  }
}
