/**
 * A trained ranker from an ONNX file. The model takes `features`, a matrix of one row per candidate with the columns of
 * `domain/features.ts`, and gives `scores`, one logit per row; larger is better. The file is checked against that
 * before it is believed.
 */
import * as Effect from "effect/Effect"
import type { InferenceSession } from "onnxruntime-node"
import { FEATURES, featureMatrix, featuresOf, partyOf } from "../../domain/features.ts"
import { byScore, headConfidence, scoreLocally } from "../../domain/rankers/local.ts"
import type { ModelRef, Ranking, RankRequest } from "../../domain/ranking.ts"
import { gated, type Ranker, RankerUnavailable } from "../../services/ranker.ts"
import { ModelRefused } from "../../services/trained-rankers.ts"

const INPUT = "features"
const OUTPUT = "scores"

/** 15 MB of native code that a house without trained models never loads. */
const runtime = () => import("onnxruntime-node")

const columnsOf = (session: InferenceSession): number | undefined => {
  const input = session.inputMetadata.find(({ name }) => name === INPUT)
  const last = input?.isTensor === true ? input.shape.at(-1) : undefined
  return typeof last === "number" ? last : undefined
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** `artifact` is the name that the file goes by in what is said of it. */
export const load = (model: ModelRef, artifact: string, bytes: Uint8Array) =>
  Effect.gen(function* () {
    const { InferenceSession: Session, Tensor } = yield* Effect.promise(runtime)
    const session = yield* Effect.acquireRelease(
      Effect.tryPromise({
        // One thread: rankings of many travelers at once share two cores with everything else.
        try: () => Session.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" }),
        catch: (cause) =>
          new ModelRefused({ message: `${artifact} is not a model that this ONNX runtime can load.`, cause })
      }),
      (session) => Effect.promise(() => session.release())
    )
    if (!session.inputNames.includes(INPUT) || !session.outputNames.includes(OUTPUT)) {
      return yield* new ModelRefused({
        message: `${artifact} takes ${session.inputNames.join(", ")} and gives ${session.outputNames.join(", ")}; a ranker takes ${INPUT} and gives ${OUTPUT}.`
      })
    }
    const columns = columnsOf(session)
    if (columns !== FEATURES.length) {
      return yield* new ModelRefused({
        message: `${artifact} was trained on ${columns ?? "an unknown number of"} features; this version has ${FEATURES.length}. Train it again.`
      })
    }

    const rank = (request: RankRequest): Effect.Effect<Ranking, RankerUnavailable> =>
      Effect.tryPromise({
        try: async () => {
          const started = performance.now()
          const party = partyOf(request)
          const rows = request.candidates.map((candidate) => featuresOf(candidate, party, request.context))
          const results = await session.run({
            [INPUT]: new Tensor("float32", featureMatrix(rows), [rows.length, FEATURES.length])
          })
          const scores = results[OUTPUT]!.data as Float32Array
          if (scores.length !== rows.length) throw new Error(`${scores.length} scores for ${rows.length} candidates`)
          const items = request.candidates
            .map((candidate, i) => ({
              // The reasons are those of the tastes that both share: a model of this kind gives none of its own.
              ...scoreLocally(candidate, party, request.context),
              features: rows[i]!,
              score: sigmoid(scores[i]!),
              confidence: sigmoid(scores[i]!)
            }))
            .sort(byScore)
          return { model, items, confidence: headConfidence(items), latencyMs: performance.now() - started }
        },
        catch: (cause) =>
          new RankerUnavailable({
            reason: "unavailable",
            message: `The model ${model.name}:${model.version} failed.`,
            cause
          })
      })

    return gated({ kind: "ml", model, rank }) satisfies Ranker
  })
