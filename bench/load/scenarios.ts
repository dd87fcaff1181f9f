/** What is sent, by how many at once, and how long it may take. */
import { newId } from "../../src/support/new-id.ts"
import { newTrip, type Traveler } from "./travelers.ts"

export interface Call {
  readonly method: "GET" | "POST" | "PATCH"
  readonly path: string
  readonly token: string
  readonly body?: string
}

export interface Scenario {
  readonly name: string
  readonly summary: string
  readonly connections: number
  /** What the 95th percentile may come to; absent where nothing was promised. */
  readonly limitMs?: number
  /** Answers that each connection waits for; absent where they go on for a time. What takes seconds would be cut off by a clock. */
  readonly rounds?: number
  /** What one traveler sends, again and again. */
  readonly calls: (traveler: Traveler) => ReadonlyArray<Call>
  /** Signals carry an id of their own each: the second of an id would count as a repetition, and store nothing. */
  readonly fresh?: (call: Call) => { readonly body: string; readonly id: string }
  /** Refused with a reason that a traveler can act upon is an answer too: a stop that nothing can replace. */
  readonly answers?: ReadonlyArray<number>
}

const API = "/api/v1"

const viewOf = ({ token, trip }: Traveler, stop: Traveler["stops"][number]): Call => ({
  method: "POST",
  path: `${API}/signals`,
  token,
  body: JSON.stringify({
    id: newId(Date.now()),
    signal_type: "slot_view",
    trip_id: trip,
    slot_id: stop.id,
    activity_node_id: stop.node.id,
    occurred_at: new Date().toISOString(),
    context: { position: 1 }
  })
})

export const SCENARIOS: ReadonlyArray<Scenario> = [
  {
    name: "trips",
    summary: "three days are planned",
    connections: 50,
    limitMs: 8_000,
    rounds: 2,
    calls: ({ token }) => [{ method: "POST", path: `${API}/trips`, token, body: JSON.stringify(newTrip()) }]
  },
  {
    name: "swaps",
    summary: "stops are replaced by the best there is",
    connections: 200,
    limitMs: 2_000,
    rounds: 5,
    answers: [422],
    calls: ({ token, trip, stops }) =>
      stops.map(({ id }) => ({
        method: "PATCH",
        path: `${API}/trips/${trip}/slots/${id}`,
        token,
        body: JSON.stringify({ action: "swap" })
      }))
  },
  {
    name: "signals",
    summary: "one signal each, answered when it is durable",
    connections: 500,
    calls: (traveler) => traveler.stops.map((stop) => viewOf(traveler, stop)),
    fresh: ({ body }) => {
      const id = newId(Date.now())
      return { id, body: JSON.stringify({ ...JSON.parse(body!), id, occurred_at: new Date().toISOString() }) }
    }
  },
  {
    name: "reads",
    summary: "the trip, all trips, the persona, places of the city",
    connections: 100,
    calls: ({ token, trip }) =>
      [
        `/trips/${trip}`,
        "/trips",
        `/trips/${trip}`,
        "/users/me/persona",
        `/trips/${trip}`,
        "/cities/seattle/nodes"
      ].map((path) => ({ method: "GET", path: `${API}${path}`, token }))
  }
]
