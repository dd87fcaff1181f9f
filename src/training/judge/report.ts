/** An evaluation as a person reads it: a table of text, a picture, a page with both. */
import type { Interval } from "../../domain/learning/promotion.ts"
import type { Evaluation } from "./judge.ts"
import type { Metric } from "./slates.ts"

const figure = (x: number): string => x.toFixed(3)
const interval = ({ mean, lower, upper }: Interval): string => `${figure(mean)} [${figure(lower)}, ${figure(upper)}]`
const signed = (x: Interval): string => `${x.mean >= 0 ? "+" : ""}${interval(x)}`

const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

const modelRows = ({ models }: Evaluation): ReadonlyArray<ReadonlyArray<string>> => [
  ["model", "HR@5", "HR@10", "MRR", "NDCG@10", "AUC", "P@3", "coverage", "popularity bias", "local picks"],
  ...models.map(({ name, metrics, coverage, popularity_bias, local_picks }) => [
    name,
    interval(metrics.hr5),
    figure(metrics.hr10.mean),
    figure(metrics.mrr.mean),
    interval(metrics.ndcg10),
    figure(metrics.auc.mean),
    figure(metrics.p3.mean),
    figure(coverage),
    figure(popularity_bias),
    local_picks === null ? "–" : figure(local_picks)
  ])
]

const comparisonRows = ({ candidate, comparisons }: Evaluation): ReadonlyArray<ReadonlyArray<string>> => [
  [`${candidate} less`, "HR@5", "NDCG@10"],
  ...comparisons.map(({ incumbent, hr5, ndcg10 }) => [incumbent, signed(hr5), signed(ndcg10)])
]

const TITLES: Readonly<Record<Metric, string>> = {
  hr5: "HR@5",
  hr10: "HR@10",
  mrr: "MRR",
  ndcg10: "NDCG@10",
  auc: "AUC",
  p3: "P@3"
}

const segmentRows = ({ by, candidate, comparisons }: Evaluation): ReadonlyArray<ReadonlyArray<string>> => [
  ["segment", "decisions", `${candidate}, ${TITLES[by]}`, "against", `its ${TITLES[by]}`, "difference"],
  ...comparisons
    .slice(0, 1)
    .flatMap(({ incumbent, segments }) =>
      segments.map((segment) => [
        segment.name,
        String(segment.decisions),
        interval(segment.candidate),
        incumbent,
        interval(segment.incumbent),
        signed(segment.difference)
      ])
    )
]

const summary = ({ decisions, people, from, to }: Evaluation): string =>
  `${decisions} decisions of ${people} people, ${from.slice(0, 10)} to ${to.slice(0, 10)}; in brackets the middle 95 % over people drawn again.`

export const evaluationTable = (evaluation: Evaluation): string =>
  [summary(evaluation), modelRows, comparisonRows, segmentRows]
    .map((part) => {
      if (typeof part === "string") return part
      const rows = part(evaluation)
      return rows.length < 2 ? "" : aligned(rows)
    })
    .filter((part) => part !== "")
    .join("\n\n")

const WIDTH = 640
const ROW = 22
const LABEL = 150

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** Each model as a point on its interval, in the metric that gates go by. */
export const evaluationPlot = ({ by, models }: Evaluation): string => {
  const intervals = models.map(({ metrics }) => metrics[by])
  const from = Math.min(...intervals.map(({ lower }) => lower))
  const span = Math.max(1e-6, Math.max(...intervals.map(({ upper }) => upper)) - from)
  const x = (value: number) => (LABEL + ((WIDTH - LABEL - 60) * (value - from)) / span).toFixed(1)
  const height = 28 + models.length * ROW
  const rows = models.map(({ name, metrics }, i) => {
    const reached = metrics[by]
    const y = 34 + i * ROW
    const colour = i === 0 ? "#a5533b" : "#3b6ea5"
    return [
      `<text x="6" y="${y + 4}" font-size="12">${escaped(name)}</text>`,
      `<line x1="${x(reached.lower)}" x2="${x(reached.upper)}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"/>`,
      `<circle cx="${x(reached.mean)}" cy="${y}" r="4" fill="${colour}"><title>${interval(reached)}</title></circle>`,
      `<text x="${WIDTH - 50}" y="${y + 4}" font-size="11">${figure(reached.mean)}</text>`
    ].join("")
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" fill="#222"><text x="6" y="16" font-size="12">${TITLES[by]}</text>${rows.join("")}</svg>\n`
}

const table = ([head, ...rows]: ReadonlyArray<ReadonlyArray<string>>): string =>
  rows.length === 0
    ? ""
    : `<table><tr>${head!.map((cell) => `<th>${escaped(cell)}</th>`).join("")}</tr>${rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`)
        .join("")}</table>`

/** A page that stands alone: the card's words, the picture, the tables. */
export const evaluationPage = (title: string, card: string, evaluation: Evaluation): string =>
  [
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title>`,
    "<style>body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #ddd}pre{white-space:pre-wrap}</style>",
    `<h1>${escaped(title)}</h1><pre>${escaped(card)}</pre><p>${escaped(summary(evaluation))}</p>`,
    evaluationPlot(evaluation),
    table(modelRows(evaluation)),
    table(comparisonRows(evaluation)),
    table(segmentRows(evaluation)),
    "</html>\n"
  ].join("\n")
