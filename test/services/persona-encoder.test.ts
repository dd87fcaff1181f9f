import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { personaFromOnboarding } from "../../src/domain/persona/onboarding.ts"
import * as OnnxText from "../../src/layers/onnx/text-embedding.ts"
import { PersonaEncoder } from "../../src/services/persona-encoder.ts"
import { TextEmbedding } from "../../src/services/text-embedding.ts"
import { fakeAnthropic } from "../fakes/anthropic.ts"
import { lookupTransformer } from "../fakes/onnx.ts"
import { deskLayer } from "./rankers.ts"

const userId = "00000000-0000-7000-8000-00000000abcd"
const { dimensions } = personaFromOnboarding({ tags: { food: ["ramen"], pace: "slow" } })
const input = {
  userId,
  dimensions,
  sequence: [{ node_id: "00000000-0000-7000-8000-00000000ffff", accepted: true, at: 1, category: "cafe" as const }],
  signalCount: 1
}
const encode = PersonaEncoder.use((encoder) => encoder.encode(input))
const plain = Effect.provide(encode, PersonaEncoder.layerDeterministic)
const sure = <A>(value: A) => ({ value, confidence: 1 })

describe("reading a traveler", () => {
  it.live("fills in what nobody said, and never contradicts what the traveler said", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      server.next({
        say: {
          text: "Likes slow mornings with coffee. Travels with friends.",
          pace_preference: sure("packed"),
          budget_sensitivity: null,
          social_mode: sure("friends"),
          time_orientation: { value: "night_owl", confidence: 0.05 },
          primary_interest: null
        }
      })
      const encoded = yield* Effect.provide(
        encode,
        PersonaEncoder.layerReading.pipe(
          Layer.provide(Layer.merge(deskLayer({ nodes: [], server }), TextEmbedding.layerNotConfigured))
        )
      )
      assert.strictEqual(encoded.dimensions.pace_preference.value, "leisurely")
      assert.deepStrictEqual(encoded.dimensions.social_mode, { value: "friends", confidence: 0.7, source: "llm" })
      assert.deepStrictEqual(encoded.dimensions.time_orientation, dimensions.time_orientation)
      assert.strictEqual(encoded.text, "Likes slow mornings with coffee. Travels with friends.")
      assert.notDeepEqual(encoded.vector, (yield* plain).vector)
      const sent = JSON.stringify(server.calls)
      assert.include(sent, "took cafe")
      assert.notInclude(sent, "00000000-0000-7000")
    }).pipe(Effect.scoped)
  )

  it.live("falls back to the plain one where Claude has nothing sensible to say", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const encoder = PersonaEncoder.layerReading.pipe(
        Layer.provide(Layer.merge(deskLayer({ nodes: [], server }), TextEmbedding.layerNotConfigured))
      )
      server.next({ refuse: true })
      assert.deepStrictEqual(yield* Effect.provide(encode, encoder), yield* plain)
    }).pipe(Effect.scoped)
  )

  it.live("gives the words a vector where a sentence-transformer is there", () =>
    Effect.gen(function* () {
      const dir = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-text-"))),
        (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
      )
      writeFileSync(
        join(dir, "model.onnx"),
        lookupTransformer([
          [0, 0],
          [1, 0],
          [0, 0],
          [0, 0]
        ])
      )
      writeFileSync(join(dir, "vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]")
      const encoded = yield* Effect.provide(
        encode,
        PersonaEncoder.layerReading.pipe(Layer.provide(Layer.merge(deskLayer({ nodes: [] }), OnnxText.layer(dir))))
      )
      assert.deepStrictEqual(Array.from(encoded.text_embedding!), [1, 0])
      assert.strictEqual(encoded.text, (yield* plain).text)
    }).pipe(Effect.scoped)
  )
})
