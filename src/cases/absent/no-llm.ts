/** No key for Claude: every question is refused at once. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Llm, LlmUnavailable } from "../../services/llm.ts"

/** No key: every question is refused at once, and who asks goes on without. */
export const layer = (models: { readonly haiku: string; readonly sonnet: string }) =>
  Layer.succeed(Llm, {
    configured: false,
    models,
    state: Effect.succeed("not_configured" as const),
    ask: () =>
      Effect.fail(
        new LlmUnavailable({
          reason: "not_configured",
          message: "ANTHROPIC_API_KEY is not set: Claude is not asked."
        })
      )
  })
