/**
 * From ranked candidates to days that can be lived: the solver chooses and orders stops by the terms of a good day, and
 * what the rules leave open is mended and said. Pure: the same input and seed give the same trip, on every machine.
 */
import type { NodeId } from "../ids.ts"
import { type Model, modelInPieces } from "../orienteering/model.ts"
import { SEARCH, Search, type SearchSettings } from "../orienteering/search.ts"
import { Workspace } from "../orienteering/workspace.ts"
import { dayPartAt } from "../time/day-part.ts"
import { type Candidates, candidatesOf } from "./candidates.ts"
import { type Frame, frameOf } from "./frame.ts"
import type { Assembly, AssemblyInput, PlannedStop } from "./model.ts"
import { MUST_OVERFLOW, type Musts, mustsOf, sayMusts } from "./musts.ts"
import { type Option, optionsOf, rolesOf } from "./options.ts"
import { type Days, type Posed, pose } from "./pose.ts"
import { withReasons } from "./reasons.ts"
import { type Draft, relaxDay, relaxMeals, sayBreakfast, sayShares, sayUnknownFits } from "./relax.ts"
import { clockAt, millisAt } from "./rules.ts"
import { tableOf } from "./table-hours.ts"
import { type PlanWeights, WEIGHTS, type Worth } from "./terms.ts"
import { type Timed, timed } from "./timing.ts"

/** An assembly cut into steps of about a millisecond, so that a long trip never holds up the event loop. */
export interface AssemblyRun {
  readonly steps: Iterable<() => void>
  /** The plan, once every step has run, in order. */
  readonly result: () => Assembly
}

/** Work of the search for a plan: positions tried per day of the trip, at least, and at most for all of them. */
const WORK_PER_DAY = 550_000
const LEAST_WORK = 600_000
const MOST_WORK = 4_000_000
/** Positions tried in a step: a quarter of a millisecond's work, because a busy core takes several times as long. */
const STEP_WORK = 15_000

const stopsOf = (draft: Draft, day: number, timedStops: ReadonlyArray<Timed>): ReadonlyArray<PlannedStop> => {
  const { candidates, frame } = draft
  const { catalog } = candidates.input
  const { day: tripDay } = frame.days[day]!
  const out: Array<PlannedStop> = []
  let before: number | undefined = candidates.home
  const add = (candidate: number, starts: number, ends: number, more: Partial<PlannedStop>, worth: Worth) => {
    const index = candidates.indexes[candidate]!
    const way = before === undefined ? 0 : candidates.between(before, candidate)
    before = candidate
    // What is the travelers' own is none of the plan's stops.
    if (index < 0) return
    const minute = clockAt(tripDay, 720 + (starts - tripDay.noon) / 60_000)
    out.push({
      ...more,
      day: tripDay.day,
      order: out.length,
      index,
      node_id: catalog.nodes[index]!.id as NodeId,
      day_part: dayPartAt(((Math.floor(minute) % 1440) + 1440) % 1440),
      starts_at: starts,
      ends_at: ends,
      travel_minutes: way,
      locked: more.slot_id !== undefined,
      open: candidates.hours.openAt(index, starts),
      score: candidates.scores[candidate]!,
      worth
    })
  }
  for (const { stop, at, stay } of timedStops) {
    if (stop.kind === "block") {
      for (const { stop: booking, candidate } of stop.block.stops) {
        add(candidate, booking.starts_at, booking.ends_at, { slot_id: booking.slot_id }, {})
      }
    } else {
      const starts = millisAt(tripDay, at)
      add(stop.option.candidate, starts, starts + stay * 60_000, {}, stop.option.worth[day]!)
    }
  }
  return out
}

const offersOf = (
  candidates: Candidates,
  frame: Frame,
  weights: PlanWeights,
  candidate: number
): ReadonlyArray<Option> =>
  rolesOf(candidates, candidate).flatMap((role) => optionsOf({ candidates, frame, weights, candidate }, role))

class Run implements AssemblyRun {
  private readonly input: AssemblyInput
  private assembly: Assembly | undefined

  constructor(input: AssemblyInput) {
    this.input = input
  }

  get steps(): Iterable<() => void> {
    return this.work()
  }

  result(): Assembly {
    if (this.assembly === undefined) throw new Error("An assembly was asked for before its steps had run.")
    return this.assembly
  }

  /** The steps one after the other: what a step does is known when the ones before it have run. */
  private *work(): Generator<() => void> {
    const weights = this.input.weights ?? WEIGHTS
    const memory = (this.input.workspace ?? new Workspace()).begin()
    let candidates!: Candidates
    let frame!: Frame
    let musts!: Musts
    yield () => {
      candidates = candidatesOf(this.input, memory)
      frame = frameOf(candidates, tableOf(this.input.catalog.city.country))
      musts = mustsOf(candidates, frame, weights)
    }
    const reserved = new Set(musts.candidates)
    for (const stop of this.input.locked) reserved.add(candidates.candidateOf.get(stop.index)!)
    const options: Array<Option> = [...musts.options]
    for (let from = 0; from < candidates.count; from += SLICE) {
      yield () => {
        for (let c = from; c < Math.min(candidates.count, from + SLICE); c++) {
          if (candidates.standing[c] !== "offered" || reserved.has(c)) continue
          options.push(...offersOf(candidates, frame, weights, c))
        }
      }
    }
    for (let from = 0; from < candidates.count; from += SLICE) {
      yield () => {
        for (let a = from; a < Math.min(candidates.count, from + SLICE); a++) {
          for (let b = 0; b < candidates.count; b++) candidates.between(a, b)
        }
      }
    }
    let posed!: Posed
    let search!: Search
    yield () => {
      posed = pose({
        candidates,
        frame,
        weights,
        options,
        kept: frame.days.map((day) => day.blocks.map((block) => ({ kind: "block", block }))),
        most: frame.days.map((day) => day.most),
        overflow: musts.candidates.length > 0 ? MUST_OVERFLOW : 0
      })
    }
    const making = modelInPieces(posed.problem, memory)
    let model: Model | undefined
    while (model === undefined) {
      yield () => {
        const piece = making.next()
        if (piece.done === true) model = piece.value
      }
    }
    const whole = model
    yield () => {
      search = new Search(whole, this.input.seed, PLAN_SEARCH)
    }
    const usual = Math.min(MOST_WORK, Math.max(LEAST_WORK, WORK_PER_DAY * frame.days.length))
    const work = usual * (this.input.effort ?? 1)
    while (options.length > 0 && search.work < work) {
      yield () => {
        const until = Math.min(work, search.work + STEP_WORK)
        while (search.work < until) search.step()
      }
    }
    const draft: Draft = {
      candidates,
      frame,
      weights,
      days: posed.daysOf(search.plan()) as Days,
      relaxations: [],
      problems: [...frame.problems]
    }
    yield () => sayMusts(draft, musts)
    for (const [day] of frame.days.entries()) yield () => relaxMeals(draft, day)
    for (const [day] of frame.days.entries()) yield () => relaxDay(draft, day)
    for (const [day] of frame.days.entries()) {
      yield () => {
        sayShares(draft, day)
        sayUnknownFits(draft, day)
      }
    }
    yield () => {
      const stops = frame.days.flatMap((day, at) =>
        stopsOf(draft, at, timed(candidates, frame.pace.buffer, day, at, draft.days[at]!))
      )
      for (const [day] of frame.days.entries()) sayBreakfast(draft, day, stops, options)
      this.assembly = {
        stops: withReasons(candidates, weights, stops),
        relaxations: draft.relaxations,
        problems: draft.problems
      }
    }
  }
}

/**
 * A day holds a handful of stops and its hours are rarely what is scarce: what a stop takes does not count in choosing
 * it, and plans that are worse by more than a shade are no way to better ones.
 */
const PLAN_SEARCH: SearchSettings = { ...SEARCH, share: 0.9, warm: 0.03, cold: 0.003, untimed: 1 }

/** Candidates that are looked at in a step. */
const SLICE = 10

export const startAssembly = (input: AssemblyInput): AssemblyRun => {
  const run = new Run(input)
  return { steps: run.steps, result: () => run.result() }
}

export const assemble = (input: AssemblyInput): Assembly => {
  const run = startAssembly(input)
  for (const step of run.steps) step()
  return run.result()
}
