/**
 * One exchange with the Messages API through the SDK, streamed: tokens are counted as they come, so that a call that is
 * cut off still says what it cost as far as anybody knows.
 */
import type Anthropic from "@anthropic-ai/sdk"
import type { Usage } from "../../domain/money.ts"

export interface Exchange {
  text: string
  inputTokens: number
  cachedTokens: number
  cacheWriteTokens: number
  outputTokens: number
  stopReason: string | null
  /** The stream came to its proper end: only then are the counts final. */
  complete: boolean
}

export const newExchange = (): Exchange => ({
  text: "",
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  stopReason: null,
  complete: false
})

export const usageOf = (exchange: Exchange): Usage => ({
  inputTokens: exchange.inputTokens,
  outputTokens: exchange.outputTokens,
  cachedTokens: exchange.cachedTokens,
  cacheWriteTokens: exchange.cacheWriteTokens
})

class CutOff extends Error {}

/** Runs the exchange and writes into `seen` as it goes. */
export const converse = async (
  client: Anthropic,
  body: Omit<Anthropic.MessageCreateParamsStreaming, "stream">,
  seen: Exchange,
  signal: AbortSignal
): Promise<void> => {
  const stream = await client.messages.create({ ...body, stream: true }, { signal })
  for await (const event of stream) {
    if (event.type === "message_start") {
      const { usage } = event.message
      seen.inputTokens = usage.input_tokens
      seen.cachedTokens = usage.cache_read_input_tokens ?? 0
      seen.cacheWriteTokens = usage.cache_creation_input_tokens ?? 0
      seen.outputTokens = usage.output_tokens
    } else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      seen.text += event.delta.text
    } else if (event.type === "message_delta") {
      seen.stopReason = event.delta.stop_reason
      seen.outputTokens = event.usage.output_tokens
    } else if (event.type === "message_stop") {
      seen.complete = true
    }
  }
  if (!seen.complete) throw new CutOff("The answer broke off before its end.")
}
