/**
 * The Message Batches API of the loopback Claude: a batch is taken, ends on command, and its results come as JSON lines in any order.
 * It refuses what the provider refuses: ids that are not unique or not plain, and results that are not there yet.
 */
import type { IncomingMessage, ServerResponse } from "node:http"

export interface BatchRequest {
  readonly custom_id: string
  readonly params: {
    readonly model: string
    readonly max_tokens: number
    readonly system: string
    readonly messages: ReadonlyArray<{ readonly content: string }>
    readonly output_config?: { readonly format?: { readonly type?: string; readonly schema?: unknown } }
  }
}

export type BatchResult =
  | {
      readonly say: unknown
      readonly stop?: string
      readonly claims?: { readonly input: number; readonly output: number }
    }
  | { readonly errored: true }
  | { readonly expired: true }

interface Batch {
  readonly id: string
  readonly createdAt: string
  readonly requests: ReadonlyArray<BatchRequest>
  ended: boolean
}

const PATH = "/v1/messages/batches"
const ID = /^[a-zA-Z0-9_-]{1,64}$/
const TOKENS_PER_CHAR = 0.25

const messageOf = ({ params }: BatchRequest, result: Extract<BatchResult, { say: unknown }>, n: number) => {
  const text = typeof result.say === "string" ? result.say : JSON.stringify(result.say)
  return {
    id: `msg_${n}`,
    type: "message",
    role: "assistant",
    model: params.model,
    content: [{ type: "text", text, citations: null }],
    stop_reason: result.stop ?? "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens:
        result.claims?.input ??
        Math.ceil((params.system.length + params.messages[0]!.content.length) * TOKENS_PER_CHAR),
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: result.claims?.output ?? Math.ceil(text.length * TOKENS_PER_CHAR) + 1
    }
  }
}

export const fakeBatches = () => {
  const sent: Array<Batch> = []
  let answerOf: (request: BatchRequest) => BatchResult = () => ({ say: { voice: "unclear", mentions: [] } })
  let refuseNext: number | undefined
  let loseNext = false

  const view = (batch: Batch, host: string) => ({
    id: batch.id,
    type: "message_batch",
    processing_status: batch.ended ? "ended" : "in_progress",
    request_counts: {
      processing: batch.ended ? 0 : batch.requests.length,
      succeeded: 0,
      errored: 0,
      canceled: 0,
      expired: 0
    },
    created_at: batch.createdAt,
    expires_at: batch.createdAt,
    ended_at: batch.ended ? batch.createdAt : null,
    archived_at: null,
    cancel_initiated_at: null,
    results_url: batch.ended ? `http://${host}${PATH}/${batch.id}/results` : null
  })

  const lines = (batch: Batch): string =>
    batch.requests
      .map((request, n) => {
        const result = answerOf(request)
        return JSON.stringify({
          custom_id: request.custom_id,
          result:
            "say" in result
              ? { type: "succeeded", message: messageOf(request, result, n) }
              : "errored" in result
                ? { type: "errored", error: { type: "error", error: { type: "api_error", message: "on command" } } }
                : { type: "expired" }
        })
      })
      .toReversed()
      .join("\n")

  const json = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { "content-type": "application/json" })
    response.end(JSON.stringify(body))
  }
  const refuse = (response: ServerResponse, status: number, type: string) =>
    json(response, status, { type: "error", error: { type, message: "on command" } })

  const take = (request: IncomingMessage, response: ServerResponse, body: string) => {
    if (refuseNext !== undefined) {
      const status = refuseNext
      refuseNext = undefined
      return refuse(response, status, "api_error")
    }
    const { requests } = JSON.parse(body) as { readonly requests: ReadonlyArray<BatchRequest> }
    const ids = new Set(requests.map(({ custom_id }) => custom_id))
    if (requests.length === 0 || ids.size < requests.length || [...ids].some((id) => !ID.test(id)))
      return refuse(response, 400, "invalid_request_error")
    const batch: Batch = {
      id: `msgbatch_${sent.length + 1}`,
      createdAt: new Date().toISOString(),
      requests,
      ended: false
    }
    sent.push(batch)
    // The batch arrived, and whoever sent it never hears so.
    if (loseNext) {
      loseNext = false
      return response.destroy()
    }
    return json(response, 200, view(batch, request.headers.host!))
  }

  return {
    isFor: ({ url }: IncomingMessage) => url?.startsWith(PATH) === true,
    answer: (request: IncomingMessage, response: ServerResponse, body: string) => {
      const { pathname } = new URL(request.url!, "http://loopback")
      if (pathname === PATH) {
        if (request.method === "POST") return take(request, response, body)
        const data = sent.toReversed().map((batch) => view(batch, request.headers.host!))
        return json(response, 200, { data, has_more: false, first_id: null, last_id: null })
      }
      const [, id, results] = /^\/v1\/messages\/batches\/([^/]+)(\/results)?$/.exec(pathname) ?? []
      const batch = sent.find((one) => one.id === id)
      if (batch === undefined || (results !== undefined && !batch.ended))
        return refuse(response, 404, "not_found_error")
      if (results === undefined) return json(response, 200, view(batch, request.headers.host!))
      response.writeHead(200, { "content-type": "application/x-jsonl" })
      return response.end(lines(batch))
    },
    /** What was sent so far. */
    sent: sent as ReadonlyArray<Batch>,
    /** How each question is answered, from now on. */
    say: (answer: (request: BatchRequest) => BatchResult) => {
      answerOf = answer
    },
    /** Everything that was sent is answered now. */
    end: () => {
      for (const batch of sent) batch.ended = true
    },
    /** As if it had never been, or is too long ago. */
    forget: (id: string) => {
      sent.splice(
        sent.findIndex((one) => one.id === id),
        1
      )
    },
    refuseNext: (status: number) => {
      refuseNext = status
    },
    loseNext: () => {
      loseNext = true
    }
  }
}
