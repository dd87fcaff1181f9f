/** Requests of many travelers over kept connections, at a rate that the server cannot slow down, or all at once. */
import { Agent, request } from "node:http"
import { percentile } from "../percentile.ts"

export interface Call {
  readonly method: string
  readonly path: string
  readonly token: string
  readonly body?: unknown
}

export interface Reply {
  readonly status: number
  readonly text: string
}

export interface Measured {
  readonly sent: number
  readonly ok: number
  /** Refused with a reason that a traveler can act upon: a stop that nothing can replace. */
  readonly refused: number
  readonly failed: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

export const client = (port: number) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1_000 })
  const send = (call: Call): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const body = call.body === undefined ? undefined : JSON.stringify(call.body)
      const outgoing = request(
        {
          agent,
          port,
          host: "127.0.0.1",
          method: call.method,
          path: call.path,
          headers: {
            authorization: `Bearer ${call.token}`,
            ...(body === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
          }
        },
        (incoming) => {
          const parts: Array<Buffer> = []
          incoming.on("data", (part: Buffer) => parts.push(part))
          incoming.on("end", () =>
            resolve({ status: incoming.statusCode!, text: Buffer.concat(parts).toString("utf8") })
          )
          incoming.on("error", reject)
        }
      )
      outgoing.on("error", reject)
      outgoing.end(body)
    })
  return { send, close: () => agent.destroy() }
}

type Send = ReturnType<typeof client>["send"]

const observe = (calls: number) => {
  const times: Array<number> = []
  const replies: Array<Reply> = []
  return {
    replies,
    /** Timed from when it was due: a request that waits behind others waits for its traveler too. */
    one: async (send: Send, call: Call, due: number) => {
      const reply = await send(call).catch((error: Error): Reply => ({ status: 0, text: error.message }))
      times.push(performance.now() - due)
      replies.push(reply)
    },
    measured: (): Measured => ({
      sent: calls,
      ok: replies.filter(({ status }) => status >= 200 && status < 300).length,
      refused: replies.filter(({ status }) => status === 422).length,
      failed: replies.filter(({ status }) => status === 0 || (status >= 300 && status !== 422)).length,
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      p99: percentile(times, 0.99)
    })
  }
}

/** An open loop: one call every so often, whether the ones before were answered or not. */
export const openLoop = async (send: Send, perSecond: number, calls: ReadonlyArray<Call>) => {
  const seen = observe(calls.length)
  const began = performance.now()
  await Promise.all(
    calls.map(async (call, index) => {
      const due = began + (index * 1000) / perSecond
      const wait = due - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      await seen.one(send, call, due)
    })
  )
  return { ...seen.measured(), replies: seen.replies }
}

export const allAtOnce = async (send: Send, calls: ReadonlyArray<Call>) => {
  const seen = observe(calls.length)
  const due = performance.now()
  await Promise.all(calls.map((call) => seen.one(send, call, due)))
  return { ...seen.measured(), replies: seen.replies }
}
