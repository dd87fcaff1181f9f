/** Matches of nobody in particular: alike by chance, and going well the oftener the more they like the same. */
import { uuidOfName } from "../../src/domain/basics/hash.ts"
import { randomStream } from "../../src/domain/basics/random.ts"
import { MATCH_FEATURES } from "../../src/domain/companions/features.ts"
import type { DatasetRow } from "../../src/training/datasets/columns.ts"

const PEOPLE = 80

export interface MadeMatches {
  readonly count: number
  readonly name: string
  /** Of a feature, in place of a number by chance. */
  readonly feature?: number
  readonly outcome?: 0 | 1
}

export function* madeMatches({ count, feature, name, outcome }: MadeMatches): Generator<DatasetRow> {
  const random = randomStream("made matches", name)
  const person = () => uuidOfName("overplanned/test-match", String(Math.floor(random() * PEOPLE)))
  for (let n = 0; n < count; n++) {
    const features = Object.fromEntries(MATCH_FEATURES.map((one) => [one, feature ?? random()]))
    const chance = feature === undefined ? 0.1 + 0.8 * Number(features["interest_score"]) : 0.5
    yield {
      event_id: uuidOfName("overplanned/test-match-event", name, String(n)),
      pair: [person(), person()].join("+"),
      source: "synthetic",
      ...features,
      outcome: outcome ?? (random() < chance ? 1 : 0)
    }
  }
}
