/** The learning curve of a run: the loss of each epoch, and what was reached on the validation split. SVG, nothing else. */
import type { Progress } from "./progress.ts"

const WIDTH = 640
const HEIGHT = 240
const MARGIN = { left: 56, right: 56, top: 28, bottom: 28 }

interface Scale {
  readonly from: number
  readonly to: number
}

const scaleOf = (values: ReadonlyArray<number>): Scale => {
  const [from, to] = [Math.min(...values), Math.max(...values)]
  return from === to ? { from: from - 0.5, to: to + 0.5 } : { from, to }
}

const x = (epoch: number, epochs: number) =>
  MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * (epoch - 1)) / Math.max(1, epochs - 1)

const y = (value: number, { from, to }: Scale) =>
  HEIGHT - MARGIN.bottom - ((HEIGHT - MARGIN.top - MARGIN.bottom) * (value - from)) / (to - from)

const text = (at: readonly [number, number], words: string, colour: string, anchor = "start") =>
  `<text x="${at[0]}" y="${at[1]}" fill="${colour}" text-anchor="${anchor}" font-size="11">${words}</text>`

const LOSS = "#a5533b"
const REACHED = "#3b6ea5"

export const learningCurve = (title: string, progress: ReadonlyArray<Progress>): string => {
  const epochs = progress.length
  const losses = progress.map(({ epoch, loss }) => [epoch, loss] as const)
  const judged = progress.flatMap(({ epoch, validation }) =>
    validation === undefined ? [] : [[epoch, validation] as const]
  )
  const draw = (points: ReadonlyArray<readonly [number, number]>, colour: string, side: "left" | "right") => {
    if (points.length === 0) return ""
    const scale = scaleOf(points.map(([, value]) => value))
    const path = points
      .map(([epoch, value]) => `${x(epoch, epochs).toFixed(1)},${y(value, scale).toFixed(1)}`)
      .join(" ")
    const edge = side === "left" ? MARGIN.left - 6 : WIDTH - MARGIN.right + 6
    const anchor = side === "left" ? "end" : "start"
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      ...(side === "right"
        ? points.map(
            ([epoch, value]) =>
              `<circle cx="${x(epoch, epochs).toFixed(1)}" cy="${y(value, scale).toFixed(1)}" r="2.5" fill="${colour}"><title>epoch ${epoch}: ${value.toFixed(4)}</title></circle>`
          )
        : []),
      text([edge, MARGIN.top + 8], scale.to.toPrecision(3), colour, anchor),
      text([edge, HEIGHT - MARGIN.bottom], scale.from.toPrecision(3), colour, anchor)
    ].join("")
  }
  const escaped = title.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">`,
    text([8, 16], escaped, "#222"),
    text([WIDTH - 170, 16], "loss", LOSS),
    text([WIDTH - 130, 16], "NDCG@10 in validation", REACHED),
    draw(losses, LOSS, "left"),
    draw(judged, REACHED, "right"),
    text([MARGIN.left, HEIGHT - 8], "epoch 1", "#222"),
    text([WIDTH - MARGIN.right, HEIGHT - 8], `epoch ${epochs}`, "#222", "end"),
    "</svg>\n"
  ].join("")
}
