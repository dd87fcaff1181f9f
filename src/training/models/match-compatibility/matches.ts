/** The dataset `companion_match` as the trainer and the judge take it: matches, how alike their people are, and how they went. */
import { MATCH_FEATURES, type MatchFeatures } from "../../../domain/companions/features.ts"
import type { Split } from "../../datasets/split.ts"
import { clustersOf } from "../../judge/clusters.ts"
import type { Slate } from "../../judge/slates.ts"
import type { LabelledRows } from "../../learn/perceptron/train.ts"
import { eachRow, type PublishedDataset } from "../dataset.ts"

/** Matches that are learnt from at most. */
const MOST_MATCHES = 1_000_000
/** What was made up counts for less than what people did, as everywhere. */
const SYNTHETIC_WEIGHT = 0.3

export interface Match {
  readonly id: string
  readonly people: ReadonlyArray<string>
  readonly real: boolean
  readonly features: MatchFeatures
  readonly good: boolean
}

export const readMatches = async (dataset: PublishedDataset, split: Split): Promise<ReadonlyArray<Match>> => {
  const matches: Array<Match> = []
  await eachRow(dataset, split, ["event_id", "pair", "source", "outcome", ...MATCH_FEATURES], (row) => {
    if (matches.length >= MOST_MATCHES) return
    matches.push({
      id: String(row["event_id"]),
      people: String(row["pair"]).split("+"),
      real: row["source"] === "real",
      features: Object.fromEntries(MATCH_FEATURES.map((name) => [name, Number(row[name])])) as MatchFeatures,
      good: Number(row["outcome"]) === 1
    })
  })
  return matches
}

export const labelled = (matches: ReadonlyArray<Match>): LabelledRows => ({
  columns: MATCH_FEATURES.length,
  rows: Float32Array.from(matches.flatMap(({ features }) => MATCH_FEATURES.map((name) => features[name]))),
  labels: Float32Array.from(matches, ({ good }) => (good ? 1 : 0)),
  weights: Float32Array.from(matches, ({ real }) => (real ? 1 : SYNTHETIC_WEIGHT))
})

export interface MatchSlate {
  readonly slate: Slate
  readonly matches: ReadonlyArray<Match>
}

/** Everybody's own matches, where some went well and others did not: whom of these people would one rather go with? */
export const slatesOf = (matches: ReadonlyArray<Match>, known: ReadonlySet<string>): ReadonlyArray<MatchSlate> => {
  const byPerson = new Map<string, Array<Match>>()
  for (const match of matches) {
    for (const person of match.people) byPerson.set(person, [...(byPerson.get(person) ?? []), match])
  }
  const clusterOf = clustersOf(matches.map(({ people }) => people))
  return [...byPerson]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([person, own]) => {
      const good = own.filter((match) => match.good).length
      if (good === 0 || good === own.length) return []
      const real = own.filter((match) => match.real).length
      return [
        {
          matches: own,
          slate: {
            id: person,
            user: person,
            cluster: clusterOf(person),
            at: 0,
            items: own.map(({ people }) => people.find((one) => one !== person) ?? person),
            taken: Uint8Array.from(own, (match) => (match.good ? 1 : 0)),
            segments: {
              source: real === 0 ? "synthetic" : real === own.length ? "real" : "mixed",
              people: known.has(person) ? "known" : "new"
            }
          }
        }
      ]
    })
}
