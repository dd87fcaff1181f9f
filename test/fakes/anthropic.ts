/**
 * A loopback server that speaks the Messages API and its batches, for the real SDK to talk to. It answers rankings and narratives
 * sensibly by itself, misbehaves on command, and remembers every request.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import { fakeBatches } from "./anthropic-batches.ts"

export interface AnthropicCall {
  readonly model: string
  readonly system: string
  readonly user: string
  readonly schema: { readonly properties?: Record<string, unknown> }
  readonly headers: IncomingMessage["headers"]
}

export type Behaviour =
  /** Text or JSON, after a while. */
  | {
      readonly say: unknown
      readonly afterMs?: number
      readonly stop?: string
      /** What it claims to have counted, in place of a true count. */
      readonly claims?: { readonly input: number; readonly output: number }
    }
  | { readonly status: number; readonly retryAfter?: string }
  | { readonly refuse: true }
  /** Headers and the first half of the answer, then the connection breaks. */
  | { readonly cutOff: true }
  /** The connection stays open and nothing comes. */
  | { readonly hang: true }

type Answer = Behaviour | ((call: AnthropicCall) => Behaviour)

/** The candidates' numbers in the order in which they stand in the prompt. */
const numbersIn = (call: AnthropicCall): ReadonlyArray<number> =>
  [...call.user.matchAll(/^(\d+)\|/gm)].map((match) => Number(match[1]))

/** What a well-behaved Claude would say: a ranking in the order given, a sentence per stop. */
const sensible = (call: AnthropicCall): Behaviour => {
  const numbers = numbersIn(call)
  if (call.schema.properties?.["ranking"] !== undefined) {
    return {
      say: {
        ranking: numbers.slice(0, 60).map((n, i) => ({ n, confidence: Number((0.95 - i * 0.01).toFixed(2)) })),
        confidence: 0.85
      }
    }
  }
  if (call.schema.properties?.["narratives"] !== undefined) {
    return { say: { narratives: numbers.map((n) => ({ n, text: `A good reason to stop here, number ${n}.` })) } }
  }
  if (call.schema.properties?.["better"] !== undefined) return { say: { better: "A" } }
  return { say: {} }
}

const TOKENS_PER_CHAR = 0.25

const answer = (response: ServerResponse, call: AnthropicCall, behaviour: Behaviour) => {
  if ("hang" in behaviour) return
  if ("status" in behaviour) {
    const type =
      behaviour.status === 429 ? "rate_limit_error" : behaviour.status === 529 ? "overloaded_error" : "api_error"
    response.writeHead(behaviour.status, {
      "content-type": "application/json",
      ...(behaviour.retryAfter === undefined ? {} : { "retry-after": behaviour.retryAfter })
    })
    response.end(JSON.stringify({ type: "error", error: { type, message: "on command" } }))
    return
  }
  const text =
    "say" in behaviour ? (typeof behaviour.say === "string" ? behaviour.say : JSON.stringify(behaviour.say)) : ""
  const stop = "refuse" in behaviour ? "refusal" : "say" in behaviour ? (behaviour.stop ?? "end_turn") : "end_turn"
  const claims = "say" in behaviour ? behaviour.claims : undefined
  const usage = {
    input_tokens: claims?.input ?? Math.ceil((call.system.length + call.user.length) * TOKENS_PER_CHAR),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 1
  }
  const send = (event: { readonly type: string } & Record<string, unknown>) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  response.writeHead(200, { "content-type": "text/event-stream" })
  send({
    type: "message_start",
    message: {
      id: "msg_loopback",
      type: "message",
      role: "assistant",
      model: call.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage
    }
  })
  send({ type: "content_block_start", index: 0, content_block: { type: "text", text: "", citations: null } })
  if ("cutOff" in behaviour) {
    response.write(
      `event: content_block_delta\ndata: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: '{"rank' } })}\n\n`,
      () => response.destroy()
    )
    return
  }
  for (let at = 0; at < text.length; at += 400) {
    send({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: text.slice(at, at + 400) } })
  }
  send({ type: "content_block_stop", index: 0 })
  send({
    type: "message_delta",
    delta: { stop_reason: stop, stop_sequence: null },
    usage: { output_tokens: claims?.output ?? Math.ceil(text.length * TOKENS_PER_CHAR) + 1 }
  })
  send({ type: "message_stop" })
  response.end()
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Array<Buffer> = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString("utf8")
}

/** A server of the test's own, closed with the scope. */
export const fakeAnthropic = Effect.acquireRelease(
  Effect.promise(async () => {
    const calls: Array<AnthropicCall> = []
    const queue: Array<Answer> = []
    let always: Answer = sensible
    let now = 0
    let most = 0
    const batches = fakeBatches()
    const server = createServer(async (request, response) => {
      if (batches.isFor(request)) return batches.answer(request, response, await bodyOf(request))
      // Whatever else knocks here (a scan of ports, a request cut off) must not end the test's process.
      if (request.method !== "POST") return response.writeHead(405).end()
      const body = JSON.parse(await bodyOf(request)) as {
        model: string
        system: string
        messages: ReadonlyArray<{ content: string }>
        output_config?: { format?: { schema?: AnthropicCall["schema"] } }
      }
      const call: AnthropicCall = {
        model: body.model,
        system: body.system,
        user: body.messages[0]!.content,
        schema: body.output_config?.format?.schema ?? {},
        headers: request.headers
      }
      calls.push(call)
      now++
      most = Math.max(most, now)
      response.on("close", () => {
        now--
      })
      const next = queue.shift() ?? always
      const behaviour = typeof next === "function" ? next(call) : next
      const afterMs = "say" in behaviour ? (behaviour.afterMs ?? 0) : 0
      if (afterMs === 0) answer(response, call, behaviour)
      else setTimeout(() => answer(response, call, behaviour), afterMs)
    })
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      calls,
      batches,
      /** The most requests that were under way at once. */
      mostAtOnce: () => most,
      /** What the next requests get, one each; then the server is sensible again, or what `always` said. */
      next: (...behaviours: ReadonlyArray<Answer>) => {
        queue.push(...behaviours)
      },
      always: (behaviour: Answer) => {
        always = behaviour
      },
      /** What it does unless told otherwise. */
      sensible,
      /** Sensible, but slow. */
      slow: (afterMs: number) => {
        always = (call) => {
          const behaviour = sensible(call)
          return "say" in behaviour ? { ...behaviour, afterMs } : behaviour
        }
      },
      close: () => {
        server.closeAllConnections()
        server.close()
      }
    }
  }),
  (server) => Effect.sync(server.close)
)
export type FakeAnthropic = Effect.Success<typeof fakeAnthropic>
