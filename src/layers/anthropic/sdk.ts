/** The SDK, and answers' shapes as the provider takes them. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export interface AnthropicAccess {
  readonly apiKey: Redacted.Redacted
  readonly baseUrl?: string
  readonly timeoutMs: number
}

// 10 MB of code that a house without a key never loads.
export const loadSdk = (access: AnthropicAccess) =>
  Effect.promise(async () => {
    const [{ default: sdk }, { transformJSONSchema }] = await Promise.all([
      import("@anthropic-ai/sdk"),
      import("@anthropic-ai/sdk/lib/transform-json-schema")
    ])
    const client = new sdk({
      apiKey: Redacted.value(access.apiKey),
      authToken: null,
      ...(access.baseUrl === undefined ? {} : { baseURL: access.baseUrl }),
      maxRetries: 0,
      timeout: access.timeoutMs,
      logLevel: "off"
    })
    return { sdk, client, transformJSONSchema }
  })

/** Schemas as the provider takes them, made once for each kind of answer. */
export const makeSchemas = () => {
  const schemas = new WeakMap<object, Record<string, unknown>>()
  return (answer: Schema.Top, transform: (schema: Record<string, unknown>) => Record<string, unknown>) => {
    const known = schemas.get(answer)
    if (known !== undefined) return known
    const { schema, definitions } = Schema.toJsonSchemaDocument(answer)
    const made = transform({ ...schema, ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }) })
    schemas.set(answer, made)
    return made
  }
}
