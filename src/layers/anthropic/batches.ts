/** `LlmBatches` over the Message Batches API. */
import type AnthropicModule from "@anthropic-ai/sdk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { inBatches, mostMicros } from "../../domain/money.ts"
import { LlmUnavailable } from "../../services/llm.ts"
import { type BatchAnswer, LlmBatches, type QuestionBatch, type SentBatch } from "../../services/llm-batches.ts"
import { failureOf } from "./failures.ts"
import { fence, systemPrompt } from "./prompt.ts"
import { type AnthropicAccess, loadSdk, makeSchemas } from "./sdk.ts"

export interface BatchOptions extends Omit<AnthropicAccess, "timeoutMs"> {
  readonly model: string
}

/** Nobody waits for it, and a batch is a few megabytes. */
const PATIENCE_MS = 60_000

/** Batches that are looked through for one of which it is not known whether it arrived. */
const NEWEST = 100

type Individual = AnthropicModule.Messages.MessageBatchIndividualResponse

const sentBatch = (batch: AnthropicModule.Messages.MessageBatch): SentBatch => ({
  providerId: batch.id,
  createdAt: Date.parse(batch.created_at),
  ended: batch.processing_status === "ended"
})

const answerOf = ({ custom_id: id, result }: Individual): BatchAnswer => {
  if (result.type !== "succeeded") return { id, kind: "again" }
  const { content, stop_reason, usage: counted } = result.message
  const usage = {
    inputTokens: counted.input_tokens,
    outputTokens: counted.output_tokens,
    cachedTokens: counted.cache_read_input_tokens ?? 0,
    cacheWriteTokens: counted.cache_creation_input_tokens ?? 0
  }
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("")
  return stop_reason === "end_turn" || stop_reason === "stop_sequence"
    ? { id, kind: "said", text, usage }
    : { id, kind: "unusable", usage }
}

const make = Effect.fnUntraced(function* (options: BatchOptions) {
  const loaded = yield* Effect.cached(loadSdk({ ...options, timeoutMs: PATIENCE_MS }))
  const schemaOf = makeSchemas()
  const { model } = options

  const requestsOf = ({ instructions, answer, questions }: QuestionBatch) =>
    Effect.map(loaded, ({ transformJSONSchema }) => {
      const schema = schemaOf(answer, transformJSONSchema)
      return questions.map(({ id, data, maxOutputTokens }) => ({
        custom_id: id,
        params: {
          model,
          max_tokens: maxOutputTokens,
          system: systemPrompt(instructions),
          messages: [{ role: "user" as const, content: fence(data) }],
          output_config: { format: { type: "json_schema" as const, schema } }
        }
      }))
    })

  type Client = Effect.Success<typeof loaded>["client"]
  const asking = <A>(ask: (client: Client, signal: AbortSignal) => Promise<A>): Effect.Effect<A, LlmUnavailable> =>
    Effect.gen(function* () {
      const { sdk, client } = yield* loaded
      const now = yield* Clock.currentTimeMillis
      return yield* Effect.tryPromise({
        try: (signal) => ask(client, signal),
        catch: (cause) => failureOf(sdk, cause, now).error
      }).pipe(
        Effect.timeoutOrElse({
          duration: PATIENCE_MS,
          orElse: () =>
            Effect.fail(
              new LlmUnavailable({
                reason: "timeout",
                message: `Claude's batches did not answer within ${PATIENCE_MS} ms.`
              })
            )
        })
      )
    })

  const look = (providerId: string): Effect.Effect<SentBatch | undefined, LlmUnavailable> =>
    asking((client, signal) =>
      client.messages.batches.retrieve(providerId, {}, { signal }).then(sentBatch, (cause: unknown) => {
        if ((cause as { readonly status?: number }).status === 404) return undefined
        throw cause
      })
    )

  return LlmBatches.of({
    configured: true,
    model,
    ledgerModel: inBatches(model),
    mostMicros: (batch) =>
      Effect.map(requestsOf(batch), (requests) =>
        requests.reduce(
          (sum, { params }) =>
            sum +
            mostMicros(inBatches(model), {
              promptBytes: Buffer.byteLength(JSON.stringify(params)),
              maxOutputTokens: params.max_tokens
            }),
          0
        )
      ),
    send: (batch) =>
      Effect.flatMap(requestsOf(batch), (requests) =>
        asking((client, signal) => client.messages.batches.create({ requests }, { signal }).then(({ id }) => id))
      ),
    look,
    newest: asking((client, signal) =>
      client.messages.batches.list({ limit: NEWEST }, { signal }).then(({ data }) => data.map(sentBatch))
    ),
    answers: (providerId) =>
      asking(async (client, signal) => {
        const answers: Array<BatchAnswer> = []
        for await (const one of await client.messages.batches.results(providerId, {}, { signal }))
          answers.push(answerOf(one))
        return answers
      })
  })
})

export const layer = (options: BatchOptions) => Layer.effect(LlmBatches, make(options))
