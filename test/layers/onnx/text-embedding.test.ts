import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as NoTextEmbedding from "../../../src/cases/absent/no-text-embedding.ts"
import * as OnnxText from "../../../src/layers/onnx/text-embedding.ts"
import { makeWordPieces, vocabularyOfLines } from "../../../src/layers/onnx/word-pieces.ts"
import { TextEmbedding } from "../../../src/services/text-embedding.ts"
import { lookupTransformer } from "../../fakes/onnx.ts"

const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "quiet", "cafe", "##s", "loud", "bar", ",", "拉", "麺"]
const encode = (text: string, limit = 20) =>
  Array.from(
    makeWordPieces(vocabularyOfLines(PIECES.join("\n")), true).encode(text, limit),
    (id) => PIECES[Number(id)]!
  )

/** Quiet things point one way, loud things the other. */
const TABLE = PIECES.map((piece) => (/quiet|cafe/.test(piece) ? [1, 0] : /loud|bar/.test(piece) ? [0, 1] : [0, 0]))

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "overplanned-text-"))),
  (dir) => Effect.sync(() => rmSync(dir, { recursive: true, force: true }))
)
const embed = (dir: string, texts: ReadonlyArray<string>) =>
  TextEmbedding.use((service) => service.embed(texts)).pipe(Effect.provide(OnnxText.layer(dir)))
const near = (vector: Float32Array, wanted: ReadonlyArray<number>) =>
  wanted.forEach((x, i) => void assert.closeTo(vector[i]!, x, 1e-6))

describe("word pieces", () => {
  it("are the longest that the vocabulary has, between the marks", () => {
    assert.deepStrictEqual(encode("Quiet Cafés, loud"), ["[CLS]", "quiet", "cafe", "##s", ",", "loud", "[SEP]"])
    assert.deepStrictEqual(encode("拉麺 bar"), ["[CLS]", "拉", "麺", "bar", "[SEP]"])
    assert.deepStrictEqual(encode("\u200bquiet\n\nxyz"), ["[CLS]", "quiet", "[UNK]", "[SEP]"])
    assert.deepStrictEqual(encode("quiet ".repeat(50), 5), ["[CLS]", "quiet", "quiet", "quiet", "[SEP]"])
    assert.deepStrictEqual(encode(""), ["[CLS]", "[SEP]"])
  })
})

describe("text embedding", () => {
  it.live("puts texts that mean the same in the same direction, at unit length", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      writeFileSync(join(dir, "model.onnx"), lookupTransformer(TABLE))
      writeFileSync(join(dir, "vocab.txt"), PIECES.join("\n"))
      const [quiet, cafes, mixed, nothing] = yield* embed(dir, ["quiet", "cafes", "quiet bar", "xyz"])
      near(quiet!, [1, 0])
      near(cafes!, [1, 0])
      near(mixed!, [Math.SQRT1_2, Math.SQRT1_2])
      near(nothing!, [0, 0])
    }).pipe(Effect.scoped)
  )

  it.live("reads the vocabulary of a tokenizer.json too", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      writeFileSync(join(dir, "model.onnx"), lookupTransformer(TABLE))
      const vocab = Object.fromEntries(PIECES.map((piece, id) => [piece, id]))
      writeFileSync(join(dir, "tokenizer.json"), JSON.stringify({ model: { type: "WordPiece", vocab } }))
      near((yield* embed(dir, ["Loud bar"]))[0]!, [0, 1])
    }).pipe(Effect.scoped)
  )

  it.live("says what is wrong with a folder it cannot use", () =>
    Effect.gen(function* () {
      const dir = yield* folder
      const problem = Effect.map(Effect.result(embed(dir, ["x"])), (result) =>
        Result.isFailure(result) ? result.failure.message : "none"
      )
      assert.include(yield* problem, "no model.onnx")
      writeFileSync(join(dir, "model.onnx"), lookupTransformer(TABLE))
      writeFileSync(join(dir, "tokenizer.json"), JSON.stringify({ model: { type: "BPE", vocab: {} } }))
      assert.include(yield* problem, "WordPiece")
      const none = yield* Effect.result(
        TextEmbedding.use((service) => service.embed(["x"])).pipe(Effect.provide(NoTextEmbedding.layer))
      )
      assert.isTrue(Result.isFailure(none) && none.failure.message.includes("TEXT_EMBEDDING_MODEL"))
    }).pipe(Effect.scoped)
  )
})
