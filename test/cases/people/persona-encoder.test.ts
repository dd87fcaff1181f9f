import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NoTextEmbedding from "../../../src/cases/absent/no-text-embedding.ts"
import * as PersonaEncoders from "../../../src/cases/people/persona-encoders.ts"
import { tagIndex } from "../../../src/domain/catalog/taxonomy.ts"
import { vibeQuery } from "../../../src/domain/persona/encode.ts"
import { personaFromOnboarding } from "../../../src/domain/persona/onboarding.ts"
import { withReading } from "../../../src/domain/persona/reading.ts"
import * as OnnxText from "../../../src/layers/onnx/text-embedding.ts"
import { PersonaEncoder } from "../../../src/services/persona-encoder.ts"
import { fakeAnthropic } from "../../fakes/anthropic.ts"
import { lookupTransformer } from "../../fakes/onnx.ts"
import { deskLayer } from "../ranking/rankers.ts"

const userId = "00000000-0000-7000-8000-00000000abcd"
const { dimensions } = personaFromOnboarding({ tags: { food: ["ramen"], pace: "slow" } })
const input = {
  userId,
  dimensions,
  sequence: [{ node_id: "00000000-0000-7000-8000-00000000ffff", accepted: true, at: 1, category: "cafe" as const }],
  signalCount: 1,
  signals: [{ signal_type: "thumbs_up" as const, tags: ["specialty_coffee", "quiet"] }]
}
const encode = PersonaEncoder.use((encoder) => encoder.encode(input))
const plain = Effect.provide(encode, PersonaEncoders.layerDeterministic)
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
          primary_interest: null,
          cuisine_openness: { value: 0.9, confidence: 0.6 },
          affinities: [
            { tag: "live_music", weight: 1 },
            { tag: "comfort_food", weight: 0.1 }
          ]
        }
      })
      const encoded = yield* Effect.provide(
        encode,
        PersonaEncoders.layerReading.pipe(
          Layer.provide(Layer.merge(deskLayer({ nodes: [], server }), NoTextEmbedding.layer))
        )
      )
      assert.strictEqual(encoded.dimensions.pace_preference.value, "leisurely")
      assert.deepStrictEqual(encoded.dimensions.social_mode, { value: "friends", confidence: 0.7, source: "llm" })
      assert.deepStrictEqual(encoded.dimensions.time_orientation, dimensions.time_orientation)
      assert.strictEqual(encoded.text, "Likes slow mornings with coffee. Travels with friends.")
      assert.deepStrictEqual(encoded.dimensions.cuisine_openness, { value: 0.9, confidence: 0.6, source: "llm" })
      // In the space that places are searched in: what was read is there, and below all that was stated.
      const before = vibeQuery((yield* plain).vector)
      const after = vibeQuery(encoded.vector)
      const [music, comfort] = [tagIndex("live_music")!, tagIndex("comfort_food")!]
      assert.isAbove(after[music]!, before[music]! + 0.1)
      assert.isBelow(after[music]!, after[comfort]!)
      assert.strictEqual(
        encoded.dimensions.category_affinities.value[comfort],
        dimensions.category_affinities.value[comfort]
      )
      const sent = JSON.stringify(server.calls)
      assert.include(sent, "took cafe")
      assert.include(sent, "thumbs_up of specialty_coffee and quiet")
      assert.include(sent, "comfort_food 1.00, street_food")
      assert.notInclude(sent, "00000000-0000-7000")
    }).pipe(Effect.scoped)
  )

  it.live("falls back to the plain one where Claude has nothing sensible to say", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const encoder = PersonaEncoders.layerReading.pipe(
        Layer.provide(Layer.merge(deskLayer({ nodes: [], server }), NoTextEmbedding.layer))
      )
      server.next({ refuse: true })
      assert.deepStrictEqual(yield* Effect.provide(encode, encoder), yield* plain)
    }).pipe(Effect.scoped)
  )

  it.live("believes no tag that is not of the taxonomy, and reads nobody again without saying so", () =>
    Effect.gen(function* () {
      const server = yield* fakeAnthropic
      const encoder = PersonaEncoders.layerReading.pipe(
        Layer.provide(Layer.merge(deskLayer({ nodes: [], server }), NoTextEmbedding.layer))
      )
      const answer = (tag: string) => ({
        say: {
          text: "Likes slow mornings with coffee. Travels with friends.",
          pace_preference: null,
          budget_sensitivity: null,
          cuisine_openness: null,
          social_mode: null,
          time_orientation: null,
          primary_interest: null,
          affinities: [{ tag, weight: 1 }]
        }
      })
      const again = PersonaEncoder.use((one) => one.readAgain(input))
      server.next(answer("made_up"), answer("live_music"))
      assert.isUndefined(yield* Effect.provide(again, encoder))
      const read = (yield* Effect.provide(again, encoder))!
      // The same answer to the same person changes nothing more.
      assert.deepStrictEqual(withReading(read.dimensions, answer("live_music").say), read.dimensions)
      assert.isUndefined(yield* Effect.provide(again, PersonaEncoders.layerDeterministic))
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
        PersonaEncoders.layerReading.pipe(Layer.provide(Layer.merge(deskLayer({ nodes: [] }), OnnxText.layer(dir))))
      )
      assert.deepStrictEqual(Array.from(encoded.text_embedding!), [1, 0])
      assert.strictEqual(encoded.text, (yield* plain).text)
    }).pipe(Effect.scoped)
  )
})
