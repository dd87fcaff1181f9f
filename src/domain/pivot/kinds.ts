/** Options that differ in kind: what each of them is beside the others, said truly, and which of many are told. */
import { NOWHERE } from "../itinerary/own-points.ts"
import type { OptionDraft } from "./draft.ts"
import type { PivotEnv } from "./env.ts"
import { type PlanSlot, WALKABLE_MINUTES } from "./plan.ts"

const aloneOf = ({ changes, index }: OptionDraft) =>
  changes.length === 1 && index !== undefined ? { change: changes[0]!, index } : undefined

/** The position of the draft for which `of` is least; -1 where it is infinite for all. */
const least = (drafts: ReadonlyArray<OptionDraft>, of: (draft: OptionDraft, at: number) => number): number => {
  let best = Number.POSITIVE_INFINITY
  let found = -1
  drafts.forEach((draft, at) => {
    const value = of(draft, at)
    if (value < best) {
      best = value
      found = at
    }
  })
  return found
}

/**
 * Says of places for one stop, best first, which is the closest in taste, which the closest on foot, and which is a different idea.
 * `wished` where something else than what was planned is asked for: then what is like the planned stop is no merit.
 */
export const inKinds = (
  env: PivotEnv,
  planned: PlanSlot,
  from: number,
  drafts: ReadonlyArray<OptionDraft>,
  wished: boolean
): ReadonlyArray<OptionDraft> => {
  const { category } = env.places
  const kinds = new Map<number, OptionDraft["kind"]>()
  const known = planned.index >= 0
  const taste = least(drafts, (draft, at) => {
    const alone = aloneOf(draft)
    if (alone === undefined || wished) return Number.POSITIVE_INFINITY
    if (!known) return at
    const same = category[alone.index] === category[planned.index] ? 1 : 0
    return -2 * same - env.alike(planned.index, alone.index)
  })
  if (taste >= 0) kinds.set(taste, "closest_in_taste")
  const foot = least(drafts, (draft) => {
    const alone = aloneOf(draft)
    if (alone === undefined) return Number.POSITIVE_INFINITY
    const minutes = env.onFoot(from === NOWHERE ? planned.index : from, alone.index, alone.change.starts)
    return minutes <= WALKABLE_MINUTES ? minutes : Number.POSITIVE_INFINITY
  })
  if (foot >= 0 && !kinds.has(foot)) kinds.set(foot, "closest_on_foot")
  const usual = new Set([...kinds.keys()].map((at) => category[drafts[at]!.index!]))
  if (known) usual.add(category[planned.index])
  const different = least(drafts, (draft, at) => {
    const alone = aloneOf(draft)
    return alone === undefined || usual.has(category[alone.index]) ? Number.POSITIVE_INFINITY : at
  })
  if (different >= 0) kinds.set(different, "different_idea")
  return drafts.map((draft, at) => {
    const kind = kinds.get(at)
    return kind === undefined ? draft : { ...draft, kind }
  })
}

/**
 * The options that are told, of drafts in their order: what answers for the rest of the day comes first, then the best, then those
 * that differ in kind, then whatever comes next. They keep their order.
 */
export const toTell = <A extends { readonly draft: OptionDraft }>(drafts: ReadonlyArray<A>, most: number): Array<A> => {
  const rest = drafts.find(({ draft }) => draft.leads === true)
  const others = drafts.filter((one) => one !== rest)
  const chosen = new Set<A>(rest === undefined ? [] : [rest])
  const wanted = [...others.slice(0, 1), ...others.filter(({ draft }) => draft.kind !== undefined), ...others]
  for (const one of wanted) if (chosen.size < most) chosen.add(one)
  return [...(rest === undefined ? [] : [rest]), ...others].filter((one) => chosen.has(one))
}
