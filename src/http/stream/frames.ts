/** The frames of a trip's stream: what clients say, read strictly, and what they are told. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isStorableText } from "../../domain/basics/storable.ts"
import type { OfferText, PivotRequest } from "../../domain/pivot/model.ts"
import { CLIENT_FRAMES, LONGEST_ID } from "../api/frames.ts"
import { InvalidRequest } from "../api/problems.ts"
import { issuesOf, issuesText } from "../handlers/form.ts"

export type ClientFrame =
  | { readonly type: "pivot"; readonly id: string; readonly request: PivotRequest }
  | { readonly type: "respond"; readonly id: string; readonly answer: Answer }
  | { readonly type: "signal"; readonly id: string; readonly item: Record<string, unknown> }
  | { readonly type: "auth"; readonly id: string | undefined; readonly token: string }
  | { readonly type: "ping"; readonly id: string | undefined }
  | { readonly type: "malformed"; readonly id: string | undefined; readonly problem: InvalidRequest }

type Without<A, K extends PropertyKey> = A extends unknown ? Omit<A, K> : never
type Answer = Without<typeof CLIENT_FRAMES.respond.Type, "type" | "id">

/** A field that nobody reads is a wish that would be lost without a word: it is refused by name. */
const STRICT = { errors: "all", onExcessProperty: "error" } as const
const readers = {
  pivot: Schema.decodeUnknownResult(CLIENT_FRAMES.pivot, STRICT),
  respond: Schema.decodeUnknownResult(CLIENT_FRAMES.respond, STRICT),
  auth: Schema.decodeUnknownResult(CLIENT_FRAMES.auth, STRICT),
  ping: Schema.decodeUnknownResult(CLIENT_FRAMES.ping, STRICT)
}

const malformed = (id: string | undefined, detail: string, errors?: InvalidRequest["errors"]): ClientFrame => ({
  type: "malformed",
  id,
  problem: new InvalidRequest({ detail, ...(errors === undefined ? {} : { errors }) })
})

const refused = (id: string | undefined, error: Schema.SchemaError): ClientFrame => {
  const errors = issuesOf(error.issue, "frame")
  return malformed(id, issuesText(errors), errors)
}

const TYPES = "pivot, respond, signal, auth or ping"

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const readFrame = (message: string | Uint8Array): ClientFrame => {
  if (typeof message !== "string") return malformed(undefined, "Frames are JSON text, not binary.")
  const value = parse(message)
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return malformed(undefined, 'A frame is a JSON object such as {"type": "ping", "id": "1"}.')
  }
  const frame = value as Record<string, unknown>
  const { type, id } = frame
  if (
    id !== undefined &&
    (typeof id !== "string" || id.length === 0 || id.length > LONGEST_ID || !isStorableText(id))
  ) {
    return malformed(
      undefined,
      `A frame's id is a string of 1 to ${LONGEST_ID} characters, without NUL or half of a surrogate pair.`
    )
  }
  switch (type) {
    case "ping": {
      const ping = readers.ping(frame)
      return Result.isSuccess(ping) ? { type, id } : refused(id, ping.failure)
    }
    case "auth": {
      const auth = readers.auth(frame)
      return Result.isSuccess(auth) ? { type, id, token: auth.success.token } : refused(id, auth.failure)
    }
    case "pivot":
    case "respond":
    case "signal":
      if (id === undefined) return malformed(id, `${type} carries an id of your choice; the answer repeats it.`)
      return readAsked(type, id, frame)
    default:
      return malformed(id, `A frame's type is ${TYPES}.`)
  }
}

const readAsked = (type: "pivot" | "respond" | "signal", id: string, frame: Record<string, unknown>): ClientFrame => {
  switch (type) {
    case "pivot": {
      const read = readers.pivot(frame)
      if (Result.isFailure(read)) return refused(id, read.failure)
      const { type: _type, id: _id, ...request } = read.success
      return { type, id, request }
    }
    case "respond": {
      const read = readers.respond(frame)
      if (Result.isFailure(read)) return refused(id, read.failure)
      const { type: _type, id: _id, ...answer } = read.success
      return { type, id, answer }
    }
    case "signal": {
      const { type: _type, ...item } = frame
      return { type, id, item }
    }
  }
}

const named = (type: string, id: string | undefined): string =>
  id === undefined ? `{"type":"${type}"` : `{"type":"${type}","id":${JSON.stringify(id)}`

/** The offer is text already: what asked for it is put in front. */
export const offerFrame = (offer: OfferText, id?: string): string => `${named("offer", id)},${offer.slice(1)}`

export const ackFrame = (id: string | undefined, more: Readonly<Record<string, unknown>> = {}): string => {
  const text = JSON.stringify(more)
  return text === "{}" ? `${named("ack", id)}}` : `${named("ack", id)},${text.slice(1)}`
}

export const errorFrame = (id: string | undefined, problem: object): string =>
  `${named("error", id)},"problem":${JSON.stringify(problem)}}`

export const pongFrame = (id: string | undefined): string => `${named("pong", id)}}`

export const presenceFrame = (userId: string, online: boolean): string =>
  JSON.stringify({ type: "member_changed", user_id: userId, online })

export const drainFrame = (reconnectInMillis: number): string =>
  JSON.stringify({ type: "drain", reconnect_in_ms: reconnectInMillis })
