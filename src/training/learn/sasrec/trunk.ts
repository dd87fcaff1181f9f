/**
 * SASRec (Kang & McAuley 2018): what somebody did, in order, through blocks of causal self-attention; the state after each
 * step says what comes next. Sequences stand at the right end of their rows, so that the newest item has the same place
 * in each.
 */
import type { Shape, Value } from "../onnx/graph.ts"
import { attention } from "../operations/attention.ts"
import { add, addToEach, mask, relu, reshape, scale } from "../operations/elementwise.ts"
import { layerNorm } from "../operations/layer-norm.ts"
import { linear } from "../operations/linear.ts"
import type { Tape } from "../tape.ts"

export interface TrunkShape {
  readonly batch: number
  readonly length: number
  readonly width: number
  readonly blocks: number
}

/** What dropout leaves of something of this shape; nothing is dropped where it is absent. */
export type Dropout = (shape: Shape) => Value | undefined

/** Far below any score: nobody looks there. */
const HIDDEN = -1e9

/** Each place may look at itself and what was before it: length × length. */
const causal = (tape: Tape, length: number): Value =>
  tape.constant(
    Array.from({ length: length * length }, (_, i) => (i % length <= Math.floor(i / length) ? 0 : HIDDEN)),
    [1, length, length]
  )

/**
 * States (batch·length × width) from the rows of the items (batch·length × width) and `padding` (batch × 1 × length),
 * which is 0 where there is an item and far below 0 where there is none.
 */
export const trunk = (
  tape: Tape,
  { batch, length, width, blocks }: TrunkShape,
  items: Value,
  padding: Value,
  dropout: Dropout = () => undefined
): Value => {
  const flat = [batch * length, width]
  const deep = [batch, length, width]
  const dropped = (x: Value) => mask(tape, x, dropout(x.shape))
  const dense = (x: Value, name: string) =>
    linear(tape, x, tape.parameter(`${name} weight`, [width, width]), tape.parameter(`${name} bias`, [width]))
  const norm = (x: Value, name: string) =>
    layerNorm(tape, x, tape.parameter(`${name} gain`, [width]), tape.parameter(`${name} offset`, [width]))

  const bias = tape.node("Add", [causal(tape, length), padding], [batch, length, length])
  const placed = addToEach(
    tape,
    reshape(tape, scale(tape, items, Math.sqrt(width)), deep),
    tape.parameter("positions", [length, width])
  )
  let x = reshape(tape, dropped(placed), flat)
  for (let block = 0; block < blocks; block++) {
    const name = `block ${block}`
    const calm = norm(x, `${name} attention norm`)
    const seen = attention(tape, {
      query: reshape(tape, dense(calm, `${name} query`), deep),
      key: reshape(tape, dense(x, `${name} key`), deep),
      value: reshape(tape, dense(x, `${name} value`), deep),
      bias,
      kept: dropout([batch, length, length])
    })
    const attended = norm(add(tape, reshape(tape, seen, flat), calm), `${name} feed norm`)
    const hidden = dropped(relu(tape, dense(attended, `${name} feed in`)))
    x = add(tape, dropped(dense(hidden, `${name} feed out`)), attended)
  }
  return norm(x, "last norm")
}
