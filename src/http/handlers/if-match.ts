/** `If-Match: 7` or `If-Match: "7"`: the state version that a change is based on. */
import * as Effect from "effect/Effect"
import { InvalidRequest } from "../api/problems.ts"

export const ifMatchVersion = (header: string | undefined): Effect.Effect<number | undefined, InvalidRequest> => {
  if (header === undefined || header === "*") return Effect.succeed(undefined)
  const match = /^"?(\d{1,15})"?$/.exec(header.trim())
  return match === null
    ? Effect.fail(new InvalidRequest({ detail: "If-Match takes the state_version that you read, such as 7." }))
    : Effect.succeed(Number(match[1]))
}
