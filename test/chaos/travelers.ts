/**
 * What travelers do while the server is being mistreated, and what each of them was promised: every write is tried until
 * it is acknowledged, every acknowledgement is remembered, every stream is followed across whatever cuts it.
 */
import { randomUUID } from "node:crypto"
import { WebSocket } from "ws"
import { TAXONOMY } from "../../src/domain/catalog/taxonomy.ts"
import { dayAhead, type Traveler } from "../support/server.ts"
import type { Condition } from "./faults.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

/** Longest that one try of a request may take; then it is tried again. */
const PATIENCE_MS = 40_000

/** Longest that a plan may take, whoever is astray: a Claude that hangs does so for ever, a busy machine does not. */
const PLAN_MS = 25_000

export interface World {
  /** Through a network that may be cut. */
  readonly url: () => string
  /** The server itself. */
  readonly direct: () => string
  /** Over: nothing new is begun. */
  readonly over: () => boolean
  readonly now: Condition
}

export interface Promised {
  /** Acknowledged writes to trips: key to the trip and the version that it was told. */
  readonly writes: Map<string, { readonly trip: string; readonly version: number }>
  readonly signals: Set<string>
  pivots: number
  /** Pivots that were not answered although the server was healthy from before until after. */
  readonly unanswered: Array<string>
  plans: number
  /** Plans that were not made, or late, although nothing that they need was away from before until after. */
  readonly unplanned: Array<string>
  /** What was said that cannot be so. */
  readonly broken: Array<string>
}

const rest = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

const call = async (
  url: string,
  who: Traveler,
  method: string,
  path: string,
  body: unknown,
  key?: string
): Promise<{ readonly status: number; readonly body: Json } | undefined> => {
  try {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        authorization: `Bearer ${who.token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key })
      },
      body: JSON.stringify(body)
    })
    return { status: response.status, body: await response.json() }
  } catch {
    return undefined
  }
}

/** Tries until it is acknowledged: the same write, under the same key. */
const insist = async (
  around: World,
  attempt: () => Promise<{ readonly status: number; readonly body: Json } | undefined>
) => {
  for (;;) {
    const answer = await attempt()
    if (answer !== undefined && answer.status < 500 && answer.status !== 409 && answer.status !== 429) return answer
    if (around.over()) return undefined
    await rest(50)
  }
}

/** Locks and unlocks the stops of a trip, one after another. */
export const changesItsPlan = async (around: World, promised: Promised, who: Traveler, trip: Json) => {
  const slots: ReadonlyArray<string> = trip.days.flatMap((day: Json) => day.slots.map((slot: Json) => slot.id))
  for (let n = 0; !around.over(); n++) {
    const key = randomUUID()
    const action = Math.floor(n / slots.length) % 2 === 0 ? "lock" : "unlock"
    const path = `/trips/${trip.id}/slots/${slots[n % slots.length]}`
    const answer = await insist(around, () => call(around.url(), who, "PATCH", path, { action }, key))
    if (answer?.status === 200) promised.writes.set(key, { trip: trip.id, version: answer.body.state_version })
    else if (answer !== undefined)
      promised.broken.push(`a write answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    await rest(20)
  }
}

/** Asks for pivots. What is in memory answers, whatever else is away. */
export const asksForPivots = async (around: World, promised: Promised, who: Traveler, trip: Json) => {
  while (!around.over()) {
    const before = around.now.healthy
    const answer = await call(around.direct(), who, "POST", `/trips/${trip.id}/pivot`, {
      trigger: "weather",
      detail: { condition: "rain" }
    })
    if (answer?.status === 200) promised.pivots++
    else if (before && around.now.healthy) promised.unanswered.push(JSON.stringify(answer))
    await rest(25)
  }
}

/** Plans trips that Claude ranks: with Claude or Redis astray the plan is made all the same, in time. */
export const plansTrips = async (around: World, promised: Promised, who: Traveler) => {
  for (let n = 0; !around.over(); n++) {
    // Each with a wish of its own: none is served from what was kept of another.
    const avoid = [TAXONOMY[n % TAXONOMY.length]!.tag, TAXONOMY[Math.floor(n / TAXONOMY.length) % TAXONOMY.length]!.tag]
    const body = { city: "seattle", start_date: dayAhead(3), days: 1, constraints: { avoid } }
    const before = around.now.complete
    const began = performance.now()
    const answer = await call(around.direct(), who, "POST", "/trips", body)
    const took = performance.now() - began
    if (answer?.status === 201) promised.plans++
    if ((answer?.status !== 201 || took > PLAN_MS) && before && around.now.complete)
      promised.unplanned.push(
        `after ${took.toFixed(0)} ms: ${answer?.status} ${JSON.stringify(answer?.body)}`.slice(0, 300)
      )
    await rest(300)
  }
}

export const sendsSignals = async (around: World, promised: Promised, who: Traveler, trip: Json) => {
  const node = trip.days[0].slots[0].node.id
  while (!around.over()) {
    const batch = Array.from({ length: 10 }, () => ({
      id: randomUUID(),
      signal_type: "slot_view",
      activity_node_id: node,
      occurred_at: new Date().toISOString()
    }))
    const answer = await insist(around, () => call(around.url(), who, "POST", "/signals", batch))
    if (answer?.status === 202) for (const { id } of batch) promised.signals.add(id)
    await rest(30)
  }
}

/** Follows the stream; after every cut it goes on from where it was, or is told that it may not. */
export const followsItsTrip = async (around: World, promised: Promised, who: Traveler, trip: Json) => {
  let epoch: string | undefined
  let seq = 0
  while (!around.over()) {
    const resume = epoch === undefined ? "" : `?epoch=${epoch}&since=${seq}`
    const socket = new WebSocket(`${around.url().replace(/^http/, "ws")}/ws/trips/${trip.id}/pivot-stream${resume}`, [
      "overplanned.v1",
      `bearer.${who.token}`
    ])
    const closed = new Promise<void>((resolve) => {
      socket.on("close", () => resolve())
      socket.on("error", () => resolve())
    })
    socket.on("message", (data) => {
      const frame: Json = JSON.parse(String(data))
      if (frame.type === "hello") {
        if (frame.recovered && epoch !== undefined && frame.epoch !== epoch)
          promised.broken.push("recovered into another epoch")
        if (!frame.recovered) seq = frame.seq
        epoch = frame.epoch
      } else if (typeof frame.seq === "number") {
        if (frame.seq !== seq + 1) promised.broken.push(`trip ${trip.id}: frame ${frame.seq} after ${seq}`)
        seq = frame.seq
      }
    })
    while (!around.over() && socket.readyState <= WebSocket.OPEN) await rest(50)
    socket.close()
    await Promise.race([closed, rest(1_000)])
    socket.terminate()
  }
}
