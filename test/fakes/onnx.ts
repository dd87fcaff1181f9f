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
