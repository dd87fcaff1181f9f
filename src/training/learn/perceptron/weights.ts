/** A trained perceptron as it lies in its file. */
import type { PerceptronWeights } from "../../../domain/basics/perceptron.ts"
import type { PerceptronModel } from "./train.ts"

export const weightsOf = (
  { columns: width, units, means, scales, parameters }: PerceptronModel,
  columns: ReadonlyArray<string>
): PerceptronWeights => {
  const of = (name: string) => [...parameters.get(name)!]
  const hidden = of("hidden weight")
  return {
    columns,
    means: [...means],
    scales: [...scales],
    hidden: Array.from({ length: units }, (_, unit) =>
      Array.from({ length: width }, (_, column) => hidden[column * units + unit]!)
    ),
    hidden_bias: of("hidden bias"),
    out: of("out weight"),
    out_bias: of("out bias")[0]!
  }
}
