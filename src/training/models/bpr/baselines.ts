/** What every version of a ranker of slates is held against. The first is whichever ranker served the decisions. */
import type { Ranked } from "../../judge/judge.ts"
import type { PlaceFacts } from "../trainer.ts"
import type { LoggedSlate } from "./logged-slates.ts"
import { distanceAndCategory } from "./nearby.ts"
import { byUser, type TrainingTriples } from "./triples.ts"

export type Counts = Pick<TrainingTriples, "taken" | "takenBy" | "takenLately" | "choices">
export type Places = ReadonlyMap<string, PlaceFacts>

/** How they are called in a card. */
export const BASELINES_CARD =
  "Baselines: as_logged is whichever ranker served the decision; popularity, popularity_7_days and user_frequency count what was taken in the time that was trained on, all of it or its last week; distance_category goes by the kinds of places that somebody took and by the way."

export const baselines = (
  logged: ReadonlyArray<LoggedSlate>,
  { choices, taken, takenBy, takenLately }: Counts,
  places: Places
): ReadonlyArray<Ranked> => {
  const scores = new Map(logged.map(({ slate, logged }) => [slate.id, logged]))
  return [
    { name: "as_logged", scorer: (slate) => scores.get(slate.id)! },
    { name: "popularity", scorer: ({ items }) => items.map((item) => taken.get(item) ?? 0) },
    {
      name: "popularity_7_days",
      scorer: ({ items }) => items.map((item) => (takenLately.get(item) ?? 0) + (taken.get(item) ?? 0) * 1e-6)
    },
    {
      name: "user_frequency",
      scorer: ({ items, user }) =>
        items.map((item) => (takenBy.get(byUser(user, item)) ?? 0) + (taken.get(item) ?? 0) * 1e-6)
    },
    { name: "distance_category", scorer: distanceAndCategory(choices, places) }
  ]
}
