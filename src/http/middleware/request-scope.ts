/** What belongs to one request on its way through the gateway: written by whoever knows, read when it leaves. */
import * as Context from "effect/Context"
import { newId } from "../../support/new-id.ts"

/** A client's request id is kept when it is short and harmless in a log line. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

export const requestIdFor = (asked: string | undefined, now: number): string =>
  asked !== undefined && REQUEST_ID.test(asked) ? asked : newId(now)

export interface RequestFacts {
  readonly id: string
  /** The address that counts for limits: the peer's, or what a trusted proxy says it is. */
  readonly address: string
  readonly receivedAt: number
  /** `<name>:<version>` of the ranker that answered; the gateway fills in the one in force. */
  modelVersion: string | undefined
  /** Set once the token is checked; decides which model is in force. Never logged. */
  callerId: string | undefined
  /** The client's `Idempotency-Key`, once it is known to be well formed. */
  idempotencyKey: string | undefined
  /** The answer tells what is told once: no receipt keeps it. */
  tellsSecret: boolean
}

/** Outside the gateway (typed in-memory clients) facts are made up for each reader and lead nowhere. */
export const RequestScope = Context.Reference<RequestFacts>("overplanned/RequestScope", {
  defaultValue: () => ({
    id: "none",
    address: "none",
    receivedAt: 0,
    modelVersion: undefined,
    callerId: undefined,
    idempotencyKey: undefined,
    tellsSecret: false
  })
})
