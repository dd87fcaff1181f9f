/** One scenario against a server by autocannon, each connection a traveler, each answer timed. */
import autocannon from "autocannon"
import { percentile } from "../percentile.ts"
import type { Call, Scenario } from "./scenarios.ts"
import type { Traveler } from "./travelers.ts"

/** Longer than any limit: what is slow is measured, not cut off. */
const TIMEOUT_S = 60

export interface Measured {
  readonly scenario: string
  readonly connections: number
  readonly seconds: number
  readonly requests: number
  readonly requests_per_second: number
  readonly answered: number
  readonly refused: number
  readonly failed: number
  readonly p50_ms: number
  readonly p95_ms: number
  readonly p99_ms: number
  readonly slowest_ms: number
}

export interface Run {
  readonly measured: Measured
  /** When each answer came, in milliseconds since the start, and how long it took. */
  readonly answers: ReadonlyArray<readonly [at: number, took: number]>
  /** Ids of signals that were acknowledged. */
  readonly acked: ReadonlySet<string>
}

const request = ({ body, method, path, token }: Call): autocannon.Request => ({
  method,
  path,
  headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
  ...(body === undefined ? {} : { body })
})

const rounded = (x: number) => Math.round(x * 100) / 100

export const drive = async (
  url: string,
  scenario: Scenario,
  travelers: ReadonlyArray<Traveler>,
  seconds: number
): Promise<Run> => {
  const answers: Array<readonly [number, number]> = []
  const acked = new Set<string>()
  const { fresh } = scenario
  const requestsOf = (traveler: Traveler): Array<autocannon.Request> =>
    scenario.calls(traveler).map((call) =>
      fresh === undefined
        ? request(call)
        : {
            ...request(call),
            setupRequest: (asked, context) => {
              const { body, id } = fresh(call)
              ;(context as { id?: string }).id = id
              return { ...asked, body }
            },
            onResponse: (status, body, context) => {
              if (status === 202 && JSON.parse(body).accepted === 1) acked.add((context as { id: string }).id)
            }
          }
    )
  const counts = { answered: 0, refused: 0, failed: 0 }
  let clients = 0
  const began = performance.now()
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections: scenario.connections,
        ...(scenario.rounds === undefined ? { duration: seconds } : { amount: scenario.connections * scenario.rounds }),
        timeout: TIMEOUT_S,
        requests: [request(scenario.calls(travelers[0]!)[0]!)],
        setupClient: (client) => client.setRequests(requestsOf(travelers[clients++ % travelers.length]!))
      },
      (error: Error | null) => (error === null ? resolve() : reject(error))
    )
    instance.on("response", (_client, status, _bytes, took) => {
      answers.push([performance.now() - began, took])
      if (status >= 200 && status < 300) counts.answered++
      else if (scenario.answers?.includes(status)) counts.refused++
      else counts.failed++
    })
    instance.on("reqError", () => counts.failed++)
  })
  const spent = (performance.now() - began) / 1_000
  const times = answers.map(([, took]) => took)
  return {
    answers,
    acked,
    measured: {
      scenario: scenario.name,
      connections: scenario.connections,
      seconds: rounded(spent),
      requests: times.length,
      requests_per_second: rounded(times.length / spent),
      ...counts,
      p50_ms: rounded(percentile(times, 0.5)),
      p95_ms: rounded(percentile(times, 0.95)),
      p99_ms: rounded(percentile(times, 0.99)),
      slowest_ms: rounded(times.at(-1) ?? 0)
    }
  }
}
