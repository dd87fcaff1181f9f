/**
 * Reverse-mode differentiation that writes instead of computing: each operation appends its forward nodes to one ONNX
 * graph and remembers how its gradient is written; `backward` then writes the gradients, last operation first. What
 * comes out is one graph with forward, loss and backward in ordinary operators.
 *
 * With `weights` given, parameters are part of the file and no gradient is wanted: the same functions that train a
 * model write the model that serves.
 */
import { type Attributes, type Element, GraphWriter, type Shape, sameShape, type Value } from "./onnx/graph.ts"

export type Precision = "float" | "double"

export interface TapeOptions {
  readonly precision?: Precision
  /** A parameter's numbers by its name, in a graph that serves. */
  readonly weights?: (name: string) => ArrayLike<number>
}

interface Step {
  readonly output: Value
  readonly writeGradient: (gradient: Value) => void
}

export class Tape {
  readonly graph = new GraphWriter()
  readonly precision: Precision
  /** What is learnt, with its shape, in the order in which it was asked for. */
  readonly parameters = new Map<string, Shape>()
  /** Inputs that a gradient is wanted of: parameters, and rows of embeddings that were gathered outside. */
  private readonly leaves: Array<Value> = []
  private readonly steps: Array<Step> = []
  private readonly contributions = new Map<string, Array<Value>>()
  /** Names of values that depend on a leaf. */
  private readonly differentiable = new Set<string>()
  private readonly weights: TapeOptions["weights"]

  constructor(options: TapeOptions = {}) {
    this.precision = options.precision ?? "float"
    this.weights = options.weights
  }

  /** An input without gradient. */
  data(name: string, shape: Shape, element: Element = this.precision): Value {
    return this.graph.input(name, shape, element)
  }

  /** An input whose gradient is given out as `gradient of <name>`. */
  leaf(name: string, shape: Shape): Value {
    const value = this.graph.input(name, shape, this.precision)
    this.leaves.push(value)
    this.differentiable.add(value.name)
    return value
  }

  parameter(name: string, shape: Shape): Value {
    this.parameters.set(name, shape)
    return this.weights === undefined
      ? this.leaf(name, shape)
      : this.graph.initializer(name, shape, this.precision, this.weights(name))
  }

  constant(numbers: ReadonlyArray<number>, shape: Shape = []): Value {
    return this.graph.constant(shape, this.precision, numbers)
  }

  node(operator: string, inputs: ReadonlyArray<Value>, shape: Shape, attributes: Attributes = {}): Value {
    return this.graph.node(operator, inputs, shape, attributes)
  }

  /** Sums over axes; they stay as axes of length one where `keep` is set. */
  sum(x: Value, axes: ReadonlyArray<number>, keep = false): Value {
    const over = this.graph.constant([axes.length], "int64", axes)
    const shape = keep ? x.shape.map((n, i) => (axes.includes(i) ? 1 : n)) : x.shape.filter((_, i) => !axes.includes(i))
    return this.node("ReduceSum", [x, over], shape, { keepdims: keep ? 1 : 0 })
  }

  reshape(x: Value, shape: Shape): Value {
    return this.node("Reshape", [x, this.graph.constant([shape.length], "int64", shape)], shape)
  }

  /** Remembers how the gradient of an operation's inputs is written, given that of its output. */
  record(output: Value, inputs: ReadonlyArray<Value>, writeGradient: (gradient: Value) => void): Value {
    if (inputs.some((input) => this.differentiable.has(input.name))) {
      this.differentiable.add(output.name)
      this.steps.push({ output, writeGradient })
    }
    return output
  }

  /** Adds to the gradient of a value; nothing is written where nobody wants it. */
  contribute(value: Value, write: () => Value): void {
    if (!this.differentiable.has(value.name)) return
    const gradient = write()
    if (!sameShape(gradient.shape, value.shape)) {
      throw new Error(`The gradient of ${value.name} is ${gradient.shape}; it should be ${value.shape}.`)
    }
    const list = this.contributions.get(value.name)
    if (list === undefined) this.contributions.set(value.name, [gradient])
    else list.push(gradient)
  }

  private gradientOf(value: Value): Value | undefined {
    const list = this.contributions.get(value.name)
    if (list === undefined) return undefined
    return list.reduce((sum, more) => this.node("Add", [sum, more], value.shape))
  }

  /** Writes all gradients from those that a head gives for its logits, and gives those of the leaves out. */
  backward(seeds: ReadonlyArray<{ readonly value: Value; readonly gradient: Value }>): void {
    for (const { value, gradient } of seeds) this.contribute(value, () => gradient)
    for (const { output, writeGradient } of this.steps.toReversed()) {
      const gradient = this.gradientOf(output)
      if (gradient !== undefined) writeGradient(gradient)
    }
    for (const leaf of this.leaves) {
      const gradient = this.gradientOf(leaf)
      if (gradient === undefined) throw new Error(`Nothing depends on ${leaf.name}: it cannot be learnt.`)
      this.graph.output(gradientName(leaf.name), gradient)
    }
  }
}

export const gradientName = (leaf: string): string => `gradient of ${leaf}`
