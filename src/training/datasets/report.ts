/** What stands beside a dataset's files: its schema, its lineage, and a summary that a person can judge it by. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Attribution } from "../../domain/catalog/attribution.ts"
import type { DatasetSummary } from "../../services/datasets.ts"
import type { Columns } from "./columns.ts"
import { countsPlot, histogramPlot } from "./plots.ts"
import { type Histogram, type Profile, stabilityIndex } from "./profile.ts"

/** Words that a feature may take and still be drawn. */
const MOST_WORDS = 60

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`

export const schemaText = (dataset: string, columns: Columns): string => json({ dataset, columns })

export interface Report {
  readonly summary: DatasetSummary
  readonly columns: Columns
  readonly profile: Profile
  readonly histograms: Readonly<Record<string, Histogram>>
  readonly previous: Readonly<Record<string, Histogram>> | undefined
  /** Whose work the places are. */
  readonly attribution: ReadonlyArray<Attribution>
  readonly lineage: Readonly<Record<string, unknown>>
  readonly published: unknown
}

export const writeReport = (folder: string, report: Report): void => {
  const { summary, columns, profile, histograms, previous, lineage } = report
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write("schema.json", schemaText(summary.name, columns))
  write("lineage.json", json(lineage))
  write("profile.json", json(report.published))

  const plots: Array<string> = []
  const draw = (name: string, svg: string) => {
    const file = `${name.replace(/\W+/g, "_")}.svg`
    write(file, svg)
    plots.push(`![${name}](${file})`)
  }
  draw("rows by split", countsPlot("rows by split", new Map(Object.entries(summary.rows))))
  draw(
    "coverage",
    countsPlot(
      "rows with a value, by column",
      new Map(Object.entries(profile.columns).map(([name, c]) => [name, profile.rows - c.nulls]))
    )
  )
  for (const [name, histogram] of Object.entries(histograms)) draw(name, histogramPlot(name, histogram))
  for (const name of Object.keys(columns).filter((one) => columns[one]!.type === "string")) {
    const { distinct } = profile.columns[name]!
    if (distinct.size < 2 || distinct.size > MOST_WORDS) continue
    const counts = new Map<string, number>()
    for (const row of profile.sample) counts.set(String(row[name]), (counts.get(String(row[name])) ?? 0) + 1)
    draw(name, countsPlot(`${name} (sample of ${profile.sample.length})`, counts))
  }

  const share = (part: number) => (profile.rows === 0 ? "–" : `${((100 * part) / profile.rows).toFixed(1)} %`)
  const drift = (name: string) =>
    previous?.[name] !== undefined &&
    histograms[name] !== undefined &&
    histograms[name].edges.join() === previous[name].edges.join()
      ? stabilityIndex(previous[name], histograms[name]).toFixed(3)
      : "–"
  const passed = summary.checks.every((check) => check.passed)
  write(
    "dataset_summary.md",
    [
      `# ${summary.name}: ${passed ? "published" : "refused"}`,
      "",
      `${profile.rows} rows in ${summary.seconds} s; memory at most ${summary.peak_memory_mb} MB. Made again with what stands in lineage.json.`,
      ...(report.attribution.length === 0
        ? []
        : [
            "",
            `Places: ${report.attribution.map(({ text, url }) => (url === null ? text : `${text}, ${url}`)).join("; ")}.`
          ]),
      "",
      "| split | rows |",
      "|---|---|",
      ...Object.entries(summary.rows).map(([name, rows]) => `| ${name} | ${rows} |`),
      "",
      "## Checks",
      "",
      "| rule | | |",
      "|---|---|---|",
      ...summary.checks.map(
        ({ rule, passed: fine, says }) => `| ${rule} | ${fine ? "passed" : "**failed**"} | ${says} |`
      ),
      "",
      "## Left out",
      "",
      ...(Object.keys(summary.skipped).length === 0
        ? ["Nothing."]
        : Object.entries(summary.skipped).map(([reason, n]) => `- ${n}: ${reason}`)),
      "",
      "## Columns",
      "",
      "| column | role | type | values | empty | at default | drift |",
      "|---|---|---|---|---|---|---|",
      ...Object.entries(columns).map(([name, column]) => {
        const { distinct, nulls, atDefault } = profile.columns[name]!
        const type = typeof column.type === "object" ? ("list" in column.type ? "list" : "struct") : column.type
        const values = column.role === "key" || typeof column.type === "object" ? "–" : distinct.size
        return `| ${name} | ${column.role} | ${type} | ${values} | ${share(nulls)} | ${column.default === undefined ? "–" : share(atDefault)} | ${drift(name)} |`
      }),
      "",
      ...plots,
      ""
    ].join("\n")
  )
}
