/** A run as a picture: for each scenario what was answered in each second, and how long it took. */
import type { Run } from "./drive.ts"
import type { Scenario } from "./scenarios.ts"

const WIDTH = 640
const PANEL = 150
const LEFT = 56
const RIGHT = 12
const HEAD = 34
const FOOT = 20

const short = (x: number) => (x >= 100 ? String(Math.round(x)) : x.toPrecision(3))

/** The answers of each second, by when they came. */
const bySecond = ({ answers }: Run): ReadonlyArray<ReadonlyArray<number>> => {
  const seconds: Array<Array<number>> = []
  for (const [at, took] of answers) {
    const second = Math.floor(at / 1_000)
    while (seconds.length <= second) seconds.push([])
    seconds[second]!.push(took)
  }
  return seconds
}

const at = (sorted: ReadonlyArray<number>, share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

const panel = (run: Run, scenario: Scenario, top: number): string => {
  const seconds = bySecond(run).map((times) => [...times].sort((a, b) => a - b))
  const most = Math.max(1, ...seconds.map((times) => times.length))
  const slowest = Math.max(1, ...seconds.map((times) => at(times, 0.95)))
  const wide = (WIDTH - LEFT - RIGHT) / Math.max(1, seconds.length)
  const high = PANEL - HEAD - FOOT
  const floor = top + PANEL - FOOT
  const bars = seconds.map((times, i) => {
    const tall = (high * times.length) / most
    return `<rect x="${(LEFT + i * wide + 1).toFixed(1)}" y="${(floor - tall).toFixed(1)}" width="${Math.max(1, wide - 2).toFixed(1)}" height="${tall.toFixed(1)}" fill="#c9d8e8"><title>second ${i + 1}: ${times.length} answers</title></rect>`
  })
  const line = (share: number, colour: string) => {
    const points = seconds.flatMap((times, i) =>
      times.length === 0
        ? []
        : [`${(LEFT + (i + 0.5) * wide).toFixed(1)},${(floor - (high * at(times, share)) / slowest).toFixed(1)}`]
    )
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`
  }
  const { connections, p50_ms, p95_ms, p99_ms, requests_per_second } = run.measured
  const limit = scenario.limitMs === undefined ? "" : `, may take ${scenario.limitMs} ms`
  return [
    `<text x="4" y="${top + 14}" font-size="13" font-weight="bold">${scenario.name}</text>`,
    `<text x="80" y="${top + 14}" font-size="11">${connections} at once: ${short(requests_per_second)} a second; p50 ${short(p50_ms)}, p95 ${short(p95_ms)}, p99 ${short(p99_ms)} ms${limit}</text>`,
    `<text x="4" y="${top + HEAD + 4}" font-size="10">${short(slowest)} ms</text>`,
    `<text x="4" y="${floor}" font-size="10">0</text>`,
    `<text x="${LEFT}" y="${floor + 13}" font-size="10">0 s</text>`,
    `<text x="${WIDTH - RIGHT}" y="${floor + 13}" font-size="10" text-anchor="end">${seconds.length} s</text>`,
    ...bars,
    line(0.5, "#3b6ea5"),
    line(0.95, "#b5482f")
  ].join("")
}

export const picture = (runs: ReadonlyArray<{ readonly run: Run; readonly scenario: Scenario }>): string => {
  const height = runs.length * PANEL + 18
  const key = `<text x="4" y="${height - 5}" font-size="10">bars: answers in each second; lines: p50 (blue) and p95 (red) of them</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" fill="#222">${runs.map(({ run, scenario }, i) => panel(run, scenario, i * PANEL)).join("")}${key}</svg>\n`
}
