/** The table that ends a test run: what each contract suite ran against, and what was left out and why. */
import type { Found, ServiceName, SuiteRecord } from "./protocol.ts"

const row = (cells: ReadonlyArray<string>, widths: ReadonlyArray<number>): string =>
  `  ${cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index]!))).join("  ")}`.trimEnd()

const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((cells) => cells[index]!.length)))
  return rows.map((cells) => row(cells, widths))
}

export const summary = (
  records: ReadonlyArray<SuiteRecord>,
  services: ReadonlyArray<readonly [ServiceName, Found]>
): string => {
  if (records.length === 0 && services.length === 0) return ""
  const sorted = [...records].sort(
    (a, b) => a.suite.localeCompare(b.suite) || a.implementation.localeCompare(b.implementation)
  )
  const lines: Array<string> = []
  if (sorted.length > 0) {
    const rows = sorted.map((r) => [r.suite, r.implementation, r.outcome, r.detail])
    lines.push("", " Contract suites", ...table([["service", "implementation", "outcome", "ran against"], ...rows]))
  }
  if (services.length > 0) {
    const rows = services.map(([name, found]) => [name, found.available ? found.backend : `skipped: ${found.reason}`])
    lines.push("", " Services found", ...table(rows))
  }
  return `${lines.join("\n")}\n\n`
}
