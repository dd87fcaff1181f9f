/**
 * A sentence-transformer from a folder: `model.onnx` (or `onnx/model.onnx`) beside `tokenizer.json` or `vocab.txt`, as
 * they are published. The vector of a text is the mean of its tokens' vectors, at unit length. Loaded when first asked.
 */
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { InferenceSession, Tensor as TensorType } from "onnxruntime-node"
import { TextEmbedding, TextEmbeddingUnavailable } from "../../services/text-embedding.ts"
import { makeWordPieces, vocabularyOfJson, vocabularyOfLines, type WordPieces } from "./word-pieces.ts"

/** What the usual sentence-transformers read at most; enough for any persona or post. */
const MOST_TOKENS = 256

const MODEL_FILES = ["model.onnx", join("onnx", "model.onnx")]

const openTokenizer = async (folder: string): Promise<WordPieces> => {
  const json = join(folder, "tokenizer.json")
  if (existsSync(json)) {
    const { vocabulary, lowercase } = vocabularyOfJson(await readFile(json, "utf8"))
    return makeWordPieces(vocabulary, lowercase)
  }
  return makeWordPieces(vocabularyOfLines(await readFile(join(folder, "vocab.txt"), "utf8")), true)
}

interface Opened {
  readonly session: InferenceSession
  readonly tokenizer: WordPieces
  readonly Tensor: typeof TensorType
}

const open = async (folder: string): Promise<Opened> => {
  const file = MODEL_FILES.map((name) => join(folder, name)).find(existsSync)
  if (file === undefined) throw new Error(`there is no ${MODEL_FILES.join(" or ")} in it`)
  const [{ InferenceSession: Session, Tensor }, tokenizer] = await Promise.all([
    import("onnxruntime-node"),
    openTokenizer(folder)
  ])
  const session = await Session.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  if (!session.inputNames.includes("input_ids")) throw new Error("its model takes no input_ids")
  return { session, tokenizer, Tensor }
}

const embedOne = async ({ session, tokenizer, Tensor }: Opened, text: string): Promise<Float32Array> => {
  const ids = tokenizer.encode(text, MOST_TOKENS)
  const shape = [1, ids.length]
  const feeds: Record<string, TensorType> = { input_ids: new Tensor("int64", ids, shape) }
  if (session.inputNames.includes("attention_mask")) {
    feeds["attention_mask"] = new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape)
  }
  if (session.inputNames.includes("token_type_ids")) {
    feeds["token_type_ids"] = new Tensor("int64", new BigInt64Array(ids.length), shape)
  }
  const results = await session.run(feeds)
  const hidden = results["last_hidden_state"] ?? results[session.outputNames[0]!]!
  const [, tokens, width] = hidden.dims
  if (hidden.dims.length !== 3 || tokens !== ids.length || width === undefined) {
    throw new Error(`its model answers with the shape ${hidden.dims.join("×")}, not one vector per token`)
  }
  const data = hidden.data as Float32Array
  const mean = new Float32Array(width)
  for (let token = 0; token < tokens; token++) for (let i = 0; i < width; i++) mean[i]! += data[token * width + i]!
  const length = Math.sqrt(mean.reduce((sum, x) => sum + x * x, 0))
  return length === 0 ? mean : mean.map((x) => x / length)
}

export const layer = (folder: string): Layer.Layer<TextEmbedding> =>
  Layer.effect(
    TextEmbedding,
    Effect.gen(function* () {
      const failed = (cause: unknown) =>
        new TextEmbeddingUnavailable({
          message: `The sentence-transformer in ${folder} cannot be used: ${cause instanceof Error ? cause.message : cause}. Look at TEXT_EMBEDDING_MODEL.`,
          cause
        })
      const opened = yield* Effect.cached(Effect.tryPromise({ try: () => open(folder), catch: failed }))
      yield* Effect.addFinalizer(() =>
        // Only what was opened is closed: the finalizer must not be what loads the model.
        Effect.suspend(() => (used ? Effect.ignore(Effect.flatMap(opened, close)) : Effect.void))
      )
      let used = false
      const close = ({ session }: Opened) => Effect.promise(() => session.release())
      return {
        configured: true,
        embed: (texts) =>
          Effect.suspend(() => {
            used = true
            return Effect.flatMap(opened, (model) =>
              // One text at a time: padding to a common length costs more than it saves on two cores.
              Effect.forEach(texts, (text) => Effect.tryPromise({ try: () => embedOne(model, text), catch: failed }))
            )
          })
      }
    })
  )
