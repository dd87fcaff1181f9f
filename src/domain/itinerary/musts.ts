/** Must-sees: what may stand in for their usual role, what they cost the plan, and why one could not be placed. */
import { type Candidates, feeds, nameOf } from "./candidates.ts"
import { exclusionOf } from "./exclusion.ts"
import { type Frame, mostStops } from "./frame.ts"
import { type Option, optionsOf, rolesOf } from "./options.ts"
import { type Draft, pacedIn, takenIn } from "./relax.ts"
import { BUDGET_TIER } from "./rules.ts"
import type { PlanWeights } from "./terms.ts"
import { openStretches } from "./windows.ts"

/** A day with must-sees may hold this many stops more than its pace. */
export const MUST_OVERFLOW = 3

export interface Musts {
  readonly candidates: ReadonlyArray<number>
  readonly options: ReadonlyArray<Option>
  /** Those that cannot be, with the cause. */
  readonly refused: ReadonlyArray<string>
}

export const mustsOf = (candidates: Candidates, frame: Frame, weights: PlanWeights): Musts => {
  const { catalog, constraints, vetoes, locked } = candidates.input
  const excluded = exclusionOf(catalog, constraints, vetoes)
  const refused: Array<string> = []
  const wanted: Array<number> = []
  for (const id of new Set(constraints.must ?? [])) {
    const index = catalog.indexOf(id)
    if (index === undefined || catalog.retired(index)) {
      refused.push(`The must-see ${id} is not a place of ${catalog.city.name}'s catalog (any more). It was left out.`)
      continue
    }
    const candidate = candidates.candidateOf.get(index)!
    if (locked.some((stop) => stop.index === index)) continue
    const why = excluded(index)
    if (why === "unfit") {
      refused.push(
        `${nameOf(candidates, candidate)} is a must-see that is not fit for what the party needs. It was left out.`
      )
      continue
    }
    if (why === "veto") {
      refused.push(`${nameOf(candidates, candidate)} is a must-see that a veto excludes. It was left out.`)
      continue
    }
    wanted.push(candidate)
  }
  const options = wanted.flatMap((candidate) => {
    const wish = { candidates, frame, weights, candidate }
    const usual = rolesOf(candidates, candidate).flatMap((role) => optionsOf(wish, role, { must: true }))
    // A must-see may be at an unusual time of day, rather than not at all.
    const bent = feeds(candidates, candidate) ? "meals" : "day_part"
    return [...usual, ...optionsOf(wish, "visit", { must: true, anyTime: true, bent })]
  })
  return { candidates: wanted, options, refused }
}

const whyNot = (draft: Draft, musts: Musts, candidate: number): string => {
  const { candidates, frame } = draft
  const name = nameOf(candidates, candidate)
  const index = candidates.indexes[candidate]!
  const open = (hours: (day: number) => readonly [number, number]) =>
    frame.days.some(({ day }, at) => openStretches(candidates.hours, index, day, ...hours(at)).length > 0)
  if (!open(() => [0, 1440])) return `${name} is closed on every day of the trip. Choose other dates, or drop it.`
  if (!open((at) => [frame.days[at]!.hours.from, frame.days[at]!.hours.to])) {
    return `${name} is closed during the hours of your days. Start earlier or end later to see it.`
  }
  if (!musts.options.some((option) => option.candidate === candidate)) {
    return `${name} is not open for long enough at a time that suits a visit. Start earlier or end later to see it.`
  }
  return `There is no time left for ${name} beside the other fixed stops. Add a day, or drop another must-see.`
}

/** Says what each must-see costs the plan, and of those that found no place, why. */
export const sayMusts = (draft: Draft, musts: Musts): void => {
  const { candidates, frame } = draft
  const { constraints, catalog, vetoes } = candidates.input
  const failed = (message: string) => draft.problems.push({ constraint: "must", message })
  for (const message of musts.refused) failed(message)
  const taken = takenIn(draft.days)
  for (const candidate of musts.candidates) if (!taken.has(candidate)) failed(whyNot(draft, musts, candidate))
  const cap = constraints.budget === undefined ? 4 : BUDGET_TIER[constraints.budget]
  const excluded = exclusionOf(catalog, constraints, vetoes)
  draft.days.forEach((stops, at) => {
    const { day, hours } = frame.days[at]!
    const relax = (constraint: string, message: string) => draft.relaxations.push({ constraint, day: day.day, message })
    const held = stops.filter((stop) => stop.kind === "option" && stop.option.must)
    for (const stop of held) {
      if (stop.kind !== "option") continue
      const { candidate, bent } = stop.option
      const name = nameOf(candidates, candidate)
      const index = candidates.indexes[candidate]!
      if (bent !== undefined) {
        relax("day_part", `The must-see ${name} was placed at a time of day at which one does not usually go there.`)
      }
      if (bent === "meals")
        relax("meals", `The must-see ${name} does not fit at a meal time and was placed outside of one.`)
      if (candidates.places.price[index]! > cap) relax("budget", `The must-see ${name} is dearer than the budget.`)
      if (excluded(index) === "avoid") relax("avoid", `The must-see ${name} has something that the trip avoids.`)
    }
    if (held.length > 0 && pacedIn(stops) > mostStops(frame.pace, hours)) {
      relax("pace", `Day ${day.day} holds more stops than the pace asks for, to fit its must-sees.`)
    }
  })
}
