/** Rows that keep every rule of the gate. */
import { randomStream } from "../../src/domain/basics/random.ts"
import type { Columns, DatasetRow } from "../../src/training/datasets/columns.ts"

export const COLUMNS: Columns = {
  id: { type: "string", required: true, role: "key" },
  city: { type: "string", required: true, role: "remark" },
  x: { type: "double", role: "feature", continuous: true, default: 0.5 },
  y: { type: "double", role: "feature", continuous: true },
  word: { type: "string", required: true, role: "feature" },
  label: { type: "boolean", required: true, role: "label" }
}

export const sound = (n = 1_200, seed = "sound"): Array<DatasetRow> => {
  const random = randomStream(seed)
  return Array.from({ length: n }, (_, i) => ({
    id: `row-${i}`,
    city: "here",
    x: random(),
    y: random() * 10,
    word: ["a", "b", "c"][Math.floor(random() * 3)]!,
    label: random() < 0.4
  }))
}
