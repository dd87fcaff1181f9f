/** What can go wrong with an exchange, in the words of the `Llm` service, and whether asking again can help. */
import type AnthropicModule from "@anthropic-ai/sdk"
import { LlmUnavailable } from "../../services/llm.ts"

export interface Failure {
  readonly error: LlmUnavailable
  readonly retry: boolean
  /** How long the provider asks us to stay away. */
  readonly retryAfterMs?: number
}

const RETRY_STATUS = new Set([408, 409, 429])

const retryAfter = (headers: Headers | undefined, now: number): number | undefined => {
  const millis = Number.parseFloat(headers?.get("retry-after-ms") ?? "")
  if (Number.isFinite(millis)) return Math.max(0, millis)
  const raw = headers?.get("retry-after")
  if (raw === null || raw === undefined) return undefined
  const seconds = Number.parseFloat(raw)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(raw)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

export const failureOf = (sdk: typeof AnthropicModule, cause: unknown, now: number): Failure => {
  if (cause instanceof sdk.APIConnectionTimeoutError) {
    return {
      error: new LlmUnavailable({ reason: "timeout", message: "Claude did not answer in time.", cause }),
      retry: false
    }
  }
  if (cause instanceof sdk.APIError && cause.status !== undefined) {
    const status = cause.status as number
    const retry = RETRY_STATUS.has(status) || status >= 500
    const after = retry ? retryAfter(cause.headers as Headers | undefined, now) : undefined
    const fix =
      status === 401 || status === 403
        ? " Check ANTHROPIC_API_KEY."
        : status === 404
          ? " Check LLM_MODEL_FAST and LLM_MODEL_CAREFUL."
          : ""
    return {
      error: new LlmUnavailable({
        reason: "unavailable",
        message: `Claude answered with status ${status}.${fix}`,
        // The SDK's error holds the request's headers: it stays out of logs.
        cause: new Error(`${cause.name} (${status})`)
      }),
      retry,
      ...(after === undefined ? {} : { retryAfterMs: after })
    }
  }
  return {
    error: new LlmUnavailable({
      reason: "unavailable",
      message: "The connection to Claude failed before the answer was complete.",
      cause: new Error(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause))
    }),
    retry: true
  }
}
