/** Writes a graph of standard ONNX operators, node by node; every shape is known when it is written. */
import { MessageWriter } from "./protobuf.ts"

/** Element types, by ONNX's own numbers. */
const ELEMENT = { float: 1, int32: 6, int64: 7, bool: 9, double: 11 } as const
export type Element = keyof typeof ELEMENT

export type Shape = ReadonlyArray<number>

/** Something that flows through the graph. */
export interface Value {
  readonly name: string
  readonly shape: Shape
  readonly element: Element
}

/** Whole numbers and lists of them become integer attributes; `{ float }` a float. */
export type Attributes = Readonly<Record<string, number | ReadonlyArray<number> | { readonly float: number }>>

/** Opset 17: `ReduceMean` takes its axes as an attribute, `ReduceSum` as an input. */
const OPSET = 17
const IR_VERSION = 8
const PRODUCER = "overplanned"

const ATTRIBUTE_FLOAT = 1
const ATTRIBUTE_INT = 2
const ATTRIBUTE_INTS = 7

export const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1)

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i])

const attribute = (name: string, value: Attributes[string]): MessageWriter => {
  const message = new MessageWriter().text(1, name)
  if (typeof value === "number") return message.integer(3, value).integer(20, ATTRIBUTE_INT)
  if ("float" in value) return message.float(2, value.float).integer(20, ATTRIBUTE_FLOAT)
  for (const n of value) message.integer(8, n)
  return message.integer(20, ATTRIBUTE_INTS)
}

const described = ({ name, shape, element }: Value): MessageWriter => {
  const dimensions = new MessageWriter()
  for (const n of shape) dimensions.message(1, new MessageWriter().integer(1, n))
  const tensor = new MessageWriter().integer(1, ELEMENT[element]).message(2, dimensions)
  return new MessageWriter().text(1, name).message(2, new MessageWriter().message(1, tensor))
}

const contentOf = (element: Element, numbers: ArrayLike<number>): Uint8Array => {
  switch (element) {
    case "float":
      return new Uint8Array(new Float32Array(numbers).buffer)
    case "double":
      return new Uint8Array(new Float64Array(numbers).buffer)
    case "int32":
      return new Uint8Array(new Int32Array(numbers).buffer)
    case "int64":
      return new Uint8Array(BigInt64Array.from(Array.from(numbers, BigInt)).buffer)
    case "bool":
      return Uint8Array.from(numbers)
  }
}

export class GraphWriter {
  readonly inputs: Array<Value> = []
  readonly outputs: Array<Value> = []
  private readonly body = new MessageWriter()
  private readonly constants = new Map<string, Value>()
  private named = 0

  private fresh(operator: string): string {
    this.named += 1
    return `${operator}_${this.named}`
  }

  input(name: string, shape: Shape, element: Element): Value {
    const value = { name, shape, element }
    this.inputs.push(value)
    return value
  }

  /** Numbers that are part of the file. */
  initializer(name: string, shape: Shape, element: Element, numbers: ArrayLike<number>): Value {
    const tensor = new MessageWriter()
    for (const n of shape) tensor.integer(1, n)
    tensor.integer(2, ELEMENT[element]).text(8, name).blob(9, contentOf(element, numbers))
    this.body.message(5, tensor)
    return { name, shape, element }
  }

  /** A small constant; the same numbers are written once. */
  constant(shape: Shape, element: Element, numbers: ReadonlyArray<number>): Value {
    const key = `${element} ${shape.join("x")} ${numbers.join()}`
    let value = this.constants.get(key)
    if (value === undefined) {
      value = this.initializer(this.fresh("constant"), shape, element, numbers)
      this.constants.set(key, value)
    }
    return value
  }

  /** A node with several outputs; of those the caller does not name a shape for, nothing is written. */
  nodes(
    operator: string,
    inputs: ReadonlyArray<Value>,
    outputs: ReadonlyArray<{ readonly shape: Shape; readonly element: Element }>,
    attributes: Attributes = {}
  ): ReadonlyArray<Value> {
    const name = this.fresh(operator)
    const values = outputs.map((output, i) => ({ ...output, name: i === 0 ? name : `${name}.${i}` }))
    const node = new MessageWriter()
    for (const input of inputs) node.text(1, input.name)
    for (const value of values) node.text(2, value.name)
    node.text(3, `node ${name}`).text(4, operator)
    for (const [key, value] of Object.entries(attributes)) node.message(5, attribute(key, value))
    this.body.message(1, node)
    return values
  }

  node(
    operator: string,
    inputs: ReadonlyArray<Value>,
    shape: Shape,
    attributes: Attributes = {},
    element: Element = inputs[0]!.element
  ): Value {
    return this.nodes(operator, inputs, [{ shape, element }], attributes)[0]!
  }

  /** Gives a value out under a name of its own. */
  output(name: string, value: Value): void {
    const node = new MessageWriter().text(1, value.name).text(2, name).text(3, `node ${name}`).text(4, "Identity")
    this.body.message(1, node)
    this.outputs.push({ ...value, name })
  }

  bytes(): Uint8Array {
    const graph = new MessageWriter().blob(2, new TextEncoder().encode("graph"))
    const rest = new MessageWriter()
    for (const value of this.inputs) rest.message(11, described(value))
    for (const value of this.outputs) rest.message(12, described(value))
    // A message's bytes may be given in pieces: the pieces of one field one after another are that field.
    const whole = new Uint8Array(graph.finish().length + this.body.finish().length + rest.finish().length)
    whole.set(graph.finish())
    whole.set(this.body.finish(), graph.finish().length)
    whole.set(rest.finish(), graph.finish().length + this.body.finish().length)
    return new MessageWriter()
      .integer(1, IR_VERSION)
      .text(2, PRODUCER)
      .blob(7, whole)
      .message(8, new MessageWriter().text(1, "").integer(2, OPSET))
      .finish()
      .slice()
  }
}
