/** onnxruntime for training: loaded where a model is trained, one thread, no spinning. */
import type { InferenceSession, Tensor } from "onnxruntime-node"

export type Session = InferenceSession

/** 15 MB of native code that a house without trained models never loads. */
const runtime = () => import("onnxruntime-node")

export interface Opened {
  readonly session: InferenceSession
  readonly float: (numbers: Float32Array, shape: ReadonlyArray<number>) => Tensor
  readonly double: (numbers: Float64Array, shape: ReadonlyArray<number>) => Tensor
  readonly integer: (numbers: Int32Array, shape: ReadonlyArray<number>) => Tensor
}

export const open = async (graph: Uint8Array): Promise<Opened> => {
  const { InferenceSession, Tensor } = await runtime()
  const session = await InferenceSession.create(graph, {
    // At the widths that are trained here, a second thread costs more than it gives.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    extra: { session: { "intra_op.allow_spinning": "0" } }
  })
  return {
    session,
    float: (numbers, shape) => new Tensor("float32", numbers, [...shape]),
    double: (numbers, shape) => new Tensor("float64", numbers, [...shape]),
    integer: (numbers, shape) => new Tensor("int32", numbers, [...shape])
  }
}
