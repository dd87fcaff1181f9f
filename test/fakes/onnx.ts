/** Tiny models, made here: a ranker whose score is one column of the features, times a factor. */
import { onnx } from "onnx-proto"

const FLOAT = 1
const value = (name: string, columns: number) => ({
  name,
  type: { tensorType: { elemType: FLOAT, shape: { dim: [{ dimParam: "n" }, { dimValue: columns }] } } }
})

/** The bytes of a model: `scores = features × weights`. */
export const linearRanker = (
  weights: ReadonlyArray<number>,
  names: { readonly input?: string; readonly output?: string } = {}
): Uint8Array => {
  const [input, output] = [names.input ?? "features", names.output ?? "scores"]
  return onnx.ModelProto.encode({
    irVersion: 8,
    producerName: "overplanned tests",
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "linear",
      node: [{ opType: "MatMul", input: [input, "weights"], output: [output], name: "score" }],
      initializer: [{ name: "weights", dims: [weights.length, 1], dataType: FLOAT, floatData: [...weights] }],
      input: [value(input, weights.length)],
      output: [value(output, 1)]
    }
  }).finish()
}

const INT64 = 7

/** A sentence-transformer of one layer: each token's vector is its row of the table. */
export const lookupTransformer = (rows: ReadonlyArray<ReadonlyArray<number>>): Uint8Array => {
  const width = rows[0]!.length
  const tokens = (name: string) => ({
    name,
    type: { tensorType: { elemType: INT64, shape: { dim: [{ dimParam: "batch" }, { dimParam: "tokens" }] } } }
  })
  return onnx.ModelProto.encode({
    irVersion: 8,
    producerName: "overplanned tests",
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "lookup",
      node: [{ opType: "Gather", input: ["table", "input_ids"], output: ["last_hidden_state"], name: "look up" }],
      initializer: [{ name: "table", dims: [rows.length, width], dataType: FLOAT, floatData: rows.flat() }],
      input: [tokens("input_ids"), tokens("attention_mask")],
      output: [
        {
          name: "last_hidden_state",
          type: {
            tensorType: {
              elemType: FLOAT,
              shape: { dim: [{ dimParam: "batch" }, { dimParam: "tokens" }, { dimValue: width }] }
            }
          }
        }
      ]
    }
  }).finish()
}
