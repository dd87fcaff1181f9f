/** Small pictures for a dataset's summary: bars in SVG, nothing else. */
import type { Histogram } from "./profile.ts"

const WIDTH = 480
const HEIGHT = 160
const FOOT = 24
const HEAD = 22

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
const short = (x: number) => (Math.abs(x) >= 1000 || Number.isInteger(x) ? String(Math.round(x)) : x.toPrecision(3))

const bars = (title: string, labels: ReadonlyArray<string>, values: ReadonlyArray<number>): string => {
  const most = Math.max(1, ...values)
  const wide = WIDTH / Math.max(1, values.length)
  const drawn = values.map((value, i) => {
    const high = ((HEIGHT - HEAD - FOOT) * value) / most
    return `<rect x="${(i * wide + 1).toFixed(1)}" y="${(HEIGHT - FOOT - high).toFixed(1)}" width="${Math.max(1, wide - 2).toFixed(1)}" height="${high.toFixed(1)}" fill="#3b6ea5"><title>${escaped(labels[i]!)}: ${value}</title></rect>`
  })
  const every = Math.ceil(labels.length / 8)
  const named = labels.map((label, i) =>
    i % every === 0
      ? `<text x="${(i * wide + 2).toFixed(1)}" y="${HEIGHT - 8}" font-size="10">${escaped(label.slice(0, 14))}</text>`
      : ""
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" fill="#222"><text x="2" y="14" font-size="12">${escaped(title)}</text>${drawn.join("")}${named.join("")}</svg>\n`
}

export const histogramPlot = (title: string, { edges, counts }: Histogram): string =>
  bars(
    title,
    counts.map((_, i) => short(edges[i]!)),
    counts
  )

export const countsPlot = (title: string, counts: ReadonlyMap<string, number>): string => {
  const entries = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 24)
  return bars(
    title,
    entries.map(([name]) => name),
    entries.map(([, n]) => n)
  )
}
