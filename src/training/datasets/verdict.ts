/** What becomes of a dataset that was read: published, refused, or waited for because there is too little of it so far. */
import { type DatasetCheck, type DatasetName, DatasetRefused } from "../../services/datasets.ts"
import { GATE } from "./gate.ts"

export interface Verdict {
  readonly name: DatasetName
  readonly checks: ReadonlyArray<DatasetCheck>
  readonly rows: number
  /** Rows that were left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>
  /** Whether one was published before. */
  readonly publishedBefore: boolean
  /** Whether people take part only if they like: rows of those who do not are nobody's loss. */
  readonly voluntary: boolean
  readonly report: string
}

/**
 * Too few rows say nothing about how they were made. It is otherwise where there were enough and they were left out, or where
 * there have been enough before: then something was lost on the way.
 */
const tooYoung = ({ publishedBefore, rows, skipped, voluntary }: Verdict): boolean => {
  const left = Object.values(skipped).reduce((sum, n) => sum + n, 0)
  return rows < GATE.leastRows && !publishedBefore && (voluntary || rows + left < GATE.leastRows)
}

export const refusalOf = (verdict: Verdict): DatasetRefused => {
  const { checks, name, report } = verdict
  const young = tooYoung(verdict)
  return new DatasetRefused({
    message: [
      `${name} is not published${young ? " yet: there is too little of it so far" : ""}:`,
      ...checks.filter((check) => !check.passed).map((check) => `  ${check.rule}: ${check.says}`),
      `The report is ${report}.`
    ].join("\n"),
    report,
    young
  })
}
