/** Who decisions were made for, as they were known then: each member's taste by what they did before, and their persona. */
import { type SequenceModel, type SequenceScorer, sequenceScorer } from "../../../domain/rankers/sequence-model.ts"
import type { Place, Taste } from "../../../domain/rankers/tastes.ts"
import { PERSONA_DIMENSIONS } from "../../../domain/vocabulary.ts"
import type { Slate } from "../../judge/slates.ts"
import { type LoggedSlate, readHeldOut, readSlates } from "../bpr/logged-slates.ts"
import { earlierOf, type Vibes, wordsOf } from "../bpr/ranker.ts"
import { readTraining } from "../bpr/triples.ts"
import type { PublishedDataset } from "../dataset.ts"

/** Larger parties are those of their first. */
export const MOST_MEMBERS = 8

/** Of somebody nothing is known. */
const NOBODY = new Float32Array(PERSONA_DIMENSIONS)

/** The decisions of a dataset of triples by split, and how often what was taken in the time that is trained on. */
export const readDecisions = async (dataset: PublishedDataset) => {
  const counts = await readTraining(dataset)
  const trainedOn = new Set(counts.users.names)
  const isKnown = (user: string) => trainedOn.has(user)
  const train = await readSlates(dataset, "train", isKnown)
  const validation = await readSlates(dataset, "validation", isKnown)
  const { before, from, judged } = await readHeldOut(dataset, isKnown)
  return {
    dataset,
    counts,
    train,
    validation,
    later: judged,
    from,
    all: [...train, ...validation, ...before, ...judged]
  }
}

export interface Member {
  readonly taste: Taste
  readonly persona: ArrayLike<number>
}

export interface Parties {
  readonly sequence: SequenceScorer
  readonly place: (id: string) => Place
  readonly of: (logged: LoggedSlate) => ReadonlyArray<Member>
}

/** The newest persona of somebody that was logged by then. */
const personasBy = (all: ReadonlyArray<LoggedSlate>) => {
  const known = new Map<string, Array<{ readonly at: number; readonly persona: ReadonlyArray<number> }>>()
  for (const { persona, slate } of all) {
    if (persona === undefined) continue
    const own = known.get(slate.user)
    if (own === undefined) known.set(slate.user, [{ at: slate.at, persona }])
    else own.push({ at: slate.at, persona })
  }
  for (const own of known.values()) own.sort((a, b) => a.at - b.at)
  return (user: string, at: number): ArrayLike<number> =>
    (known.get(user) ?? []).findLast((one) => one.at <= at)?.persona ?? NOBODY
}

/** Something that somebody accepted or passed, before another decision. */
interface Before {
  readonly place: Place
  readonly accepted: boolean
  readonly at: number
}

/** What is known of people before a decision: what they took, and what they turned down by hand. */
export const historiesBy = (vibes: Vibes, all: ReadonlyArray<LoggedSlate>) => {
  const before = earlierOf(
    all.map(({ slate }) => slate),
    () => true
  )
  const place = (id: string): Place => ({ id, vibe: vibes.get(id) })
  const judgedBefore = (slate: Slate): ReadonlyArray<Before> =>
    before(slate).flatMap((one) => wordsOf(one).map(({ id, accepted, at }) => ({ place: place(id), accepted, at })))
  return { place, judgedBefore, personaOf: personasBy(all) }
}

export const partiesBy = (sequence: SequenceModel, vibes: Vibes, all: ReadonlyArray<LoggedSlate>): Parties => {
  const scorer = sequenceScorer(sequence)
  const { judgedBefore, personaOf, place } = historiesBy(vibes, all)
  // A decision is asked about by every model that is judged.
  const known = new WeakMap<LoggedSlate, ReadonlyArray<Member>>()
  return {
    sequence: scorer,
    place,
    of: (logged) => {
      const { members, slate } = logged
      let party = known.get(logged)
      if (party === undefined) {
        party = members.slice(0, MOST_MEMBERS).map((user) => ({
          taste: scorer.learnt(judgedBefore({ ...slate, user })),
          persona: personaOf(user, slate.at)
        }))
        known.set(logged, party)
      }
      return party
    }
  }
}
