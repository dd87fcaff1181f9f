/** No key for Claude: every question is refused at once. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { inBatches } from "../../domain/money.ts"
import { Llm, LlmUnavailable } from "../../services/llm.ts"
import { LlmBatches } from "../../services/llm-batches.ts"

const notConfigured = Effect.fail(
  new LlmUnavailable({ reason: "not_configured", message: "ANTHROPIC_API_KEY is not set: Claude is not asked." })
)

/** No key: every question is refused at once, and who asks goes on without. */
export const layer = (models: { readonly haiku: string; readonly sonnet: string }) =>
  Layer.succeed(Llm, {
    configured: false,
    models,
    state: Effect.succeed("not_configured" as const),
    ask: () => notConfigured
  })

export const layerBatches = (model: string) =>
  Layer.succeed(LlmBatches, {
    configured: false,
    model,
    ledgerModel: inBatches(model),
    mostMicros: () => Effect.succeed(0),
    send: () => notConfigured,
    look: () => notConfigured,
    newest: notConfigured,
    answers: () => notConfigured
  })
