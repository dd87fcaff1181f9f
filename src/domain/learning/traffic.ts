/**
 * How a model that was let in comes to everybody: some travelers have it first, always the same ones, and the others keep what
 * they had. Both sides are counted; where the new one does worse for sure it goes, where it may it waits.
 */
import { hash128 } from "../basics/hash.ts"
import type { ModelRef } from "../ranking.ts"

/** Which side of a comparison somebody is on: they have the new model, or what served before it. */
export type Arm = "candidate" | "control"

/** The shares of travelers that a model is given one after another, in percent. */
export const FIRST_SHARE = 10
export const WHOLE = 100

const BUCKETS = 10_000

/** Where a traveler stands in line for a version: who has it at a small share has it at every larger one. */
const bucketOf = (traveler: string, { name, version }: ModelRef): number =>
  Number.parseInt(hash128(`arm ${name}:${version} ${traveler}`).slice(0, 8), 16) % BUCKETS

export const armOf = (traveler: string, model: ModelRef, percent: number): Arm =>
  bucketOf(traveler, model) < (percent / WHOLE) * BUCKETS ? "candidate" : "control"

/** What was logged of one side since it began. */
export interface ArmRecord {
  readonly decisions: number
  /** Places that people did something with, how many people did, and those places that they turned down: skipped, swapped, removed, swiped away. */
  readonly judged: number
  readonly judgedBy: number
  readonly turnedDown: number
  /** Offers of pivots to the same people that were answered, by how many people, and dismissed. */
  readonly offers: number
  readonly offeredTo: number
  readonly dismissed: number
  /** Decisions that the model should have made and could not. */
  readonly failed: number
  readonly p95LatencyMs: number
}

export const GUARD = {
  /** Of less than this nothing is said. */
  leastDecisions: 30,
  leastJudged: 60,
  /** Whoever answers a lot is still one: of answers of fewer people than this, on either side, nothing is said. */
  leastPeople: 10,
  /** By how much the share turned down may be above the other side's: a difference that nobody would notice. */
  tolerance: 0.01,
  /** Standard errors that a difference has to be apart to count as sure. */
  sure: 1.96,
  mostFailed: 0.02,
  mostLatencyMs: 250
} as const

export interface Guard {
  readonly what: "skips" | "dismissals" | "latency" | "errors"
  readonly verdict: "fine" | "halt" | "roll_back"
  /** In a sentence. */
  readonly says: string
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

/** The variance of a share that so many people answered; as if two more had, one each way: nobody is sure of all or of none. */
const varianceOf = (share: number, count: number): number => {
  const smoothed = (share * count + 1) / (count + 2)
  return (smoothed * (1 - smoothed)) / (count + 2)
}

/** Shares of two sides by their standard error. People give several answers each: the error is that of people, not of answers. */
const shares = (
  what: "skips" | "dismissals",
  words: string,
  [bad, all, people]: readonly [number, number, number],
  [otherBad, otherAll, otherPeople]: readonly [number, number, number]
): Guard => {
  if (Math.min(all, otherAll) < GUARD.leastJudged) {
    return {
      what,
      verdict: "fine",
      says: `${all} and ${otherAll} ${words}: nothing can be said below ${GUARD.leastJudged}.`
    }
  }
  if (Math.min(people, otherPeople) < GUARD.leastPeople) {
    return {
      what,
      verdict: "fine",
      says: `${people} and ${otherPeople} people answered: nothing can be said below ${GUARD.leastPeople}.`
    }
  }
  const [own, other] = [bad / all, otherBad / otherAll]
  const error = Math.sqrt(varianceOf(own, people) + varianceOf(other, otherPeople))
  const worse = own - other - GUARD.tolerance
  const verdict = worse > GUARD.sure * error ? "roll_back" : worse > 0 && worse > error ? "halt" : "fine"
  return {
    what,
    verdict,
    says: `${percent(own)} of ${all} ${words} against ${percent(other)} of ${otherAll}; ± ${percent(GUARD.sure * error)}.`
  }
}

/** `control` is absent where everybody has the model. */
export const guardsOf = (candidate: ArmRecord, control: ArmRecord | undefined): ReadonlyArray<Guard> => {
  const failedShare = candidate.failed / Math.max(1, candidate.decisions)
  const enough = candidate.decisions >= GUARD.leastDecisions
  const absolute: ReadonlyArray<Guard> = [
    {
      what: "latency",
      verdict: enough && candidate.p95LatencyMs > GUARD.mostLatencyMs ? "roll_back" : "fine",
      says: `95 % of ${candidate.decisions} rankings took at most ${candidate.p95LatencyMs.toFixed(0)} ms; ${GUARD.mostLatencyMs} ms are allowed.`
    },
    {
      what: "errors",
      verdict: enough && failedShare > GUARD.mostFailed ? "roll_back" : "fine",
      says: `${candidate.failed} of ${candidate.decisions} rankings failed; ${percent(GUARD.mostFailed)} are allowed.`
    }
  ]
  if (control === undefined) return absolute
  return [
    shares(
      "skips",
      "judged places were turned down",
      [candidate.turnedDown, candidate.judged, candidate.judgedBy],
      [control.turnedDown, control.judged, control.judgedBy]
    ),
    shares(
      "dismissals",
      "answered offers were dismissed",
      [candidate.dismissed, candidate.offers, candidate.offeredTo],
      [control.dismissed, control.offers, control.offeredTo]
    ),
    ...absolute
  ]
}

/** The worst of them decides. */
export const verdictOf = (guards: ReadonlyArray<Guard>): Guard["verdict"] =>
  guards.some(({ verdict }) => verdict === "roll_back")
    ? "roll_back"
    : guards.some(({ verdict }) => verdict === "halt")
      ? "halt"
      : "fine"
