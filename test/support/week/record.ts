/**
 * What simulated travelers saw and did, in the order in which it happened: written by the script from the answers that it got, and
 * all that a checker knows of them. Times are Unix milliseconds by the moved clock. What the server timed itself lies within a
 * window: from before it was asked until it had answered.
 */
export type Window = readonly [from: number, to: number]

/** A stop as a plan showed it. */
export interface Stop {
  readonly slot: string
  readonly day: number
  readonly order: number
  readonly node: string
  readonly starts_at: number
  readonly ends_at: number
}

/** Places that were shown together: a day of a plan, what a swap brought or could bring, what fits, an offer, a slate. */
export interface Shown {
  readonly id: string
  readonly surface: "itinerary" | "swap" | "pivot" | "discovery"
  /** Who was shown it; of a plan its owner, of an offer that nobody asked for as well. */
  readonly who: string
  /** Of a plan. */
  readonly day?: number
  /** Whether somebody only looked through it: nothing was picked for them. */
  readonly looked?: true
  readonly at: Window
  readonly trip: string | null
  readonly nodes: ReadonlyArray<string>
  /** Whether nothing else would have fitted there: then nobody saw anything that it was preferred to. */
  readonly alone?: boolean
}

export interface Plan {
  readonly id: string
  readonly trip: string
  readonly owner: string
  readonly party: number
  readonly at: Window
  readonly workflow_type: "plan-first" | "explore-first"
  readonly mode: "autopilot" | "assisted"
  readonly stops: ReadonlyArray<Stop>
  /** When it was taken back: the plan before it stood again. */
  undone?: Window
}

export interface Edit {
  readonly trip: string
  readonly plan: string
  readonly edit: "swap" | "remove" | "pivot" | "add" | "move" | "reorder" | "undo"
  readonly day: number
  readonly order: number
  /** Null where a stop came. */
  readonly from: string | null
  readonly to: string | null
  readonly at: Window
}

/** A plan that its trip went on with. */
export interface Accepted {
  readonly plan: string
  readonly by: "traveler" | "calendar"
  readonly at: Window
  readonly stops: ReadonlyArray<Stop>
}

/** What somebody did with a place that was shown. */
export interface Deed {
  readonly who: string
  readonly shown: string
  readonly node: string
  readonly outcome:
    | "confirmed"
    | "kept"
    | "swapped"
    | "removed"
    | "skipped"
    | "swiped_right"
    | "swiped_left"
    | "ignored"
  readonly at: Window
}

export interface Offer {
  readonly id: string
  /** Who asked for it, or whose trip it was made for. */
  readonly who: string
  readonly asked: boolean
  /** How many travelled together then. */
  readonly party: number
  readonly trip: string
  readonly trigger: string
  readonly at: Window
  readonly options: ReadonlyArray<{
    readonly option: string
    /** The place that it is about, and all that it brings. */
    readonly node: string | null
    readonly places: ReadonlyArray<string>
    readonly score: number
  }>
}

/** What one of them said to an offer: of a vote each voter. */
export interface Answer {
  readonly offer: string
  /** Nobody, where nobody answered. */
  readonly who: string | null
  readonly response: "accept" | "dismiss" | "ignore"
  readonly option: string | null
  /** Whether what was taken was taken back. */
  undone?: true
  /** Of an offer that was let be: whether whoever had asked travelled on no more by then. */
  nobodys?: true
  /** Whether it was answered from its notification. */
  pushed?: true
}

/** A signal, whoever wrote it down: an app that sent it, or the server for what a traveler did with the plan. */
export interface Signal {
  readonly who: string
  readonly type: string
  readonly node: string | null
  /** The trip or the slate that it belongs to. */
  readonly session: string
  readonly at: Window
  /** Whether it names a stop, an offer or a slate of the server's. */
  readonly names: boolean
  /** Of what an app sent. */
  readonly id: string | null
  /** What showed the place, of what an app sent. */
  readonly shown?: string
}

export interface Person {
  readonly id: string
  readonly age: number | null
  readonly personality: number | null
  readonly interests: ReadonlyArray<string>
  /** Whether they said all that companions are matched by. */
  readonly whole: boolean
}

/** A trip that is over: who was on it, and what they said of it afterwards, from 0 to 1. */
export interface Ended {
  readonly trip: string
  readonly members: ReadonlyArray<string>
  readonly content: ReadonlyArray<number>
}

export interface Place {
  readonly node: string
  readonly name: string
  readonly category: string
  readonly neighbourhood: string
  readonly source: string
  readonly tags: ReadonlyArray<string>
}

export interface Left {
  readonly who: string
  /** Their trips that nobody else was on. */
  readonly trips: ReadonlyArray<string>
}

/** Somebody who travels on no more: they left the trip, or its owner took them off it. */
export interface Parting {
  readonly who: string
  readonly trip: string
  readonly by: "themselves" | "owner"
  readonly at: Window
}

export class WeekRecord {
  readonly people: Array<Person> = []
  readonly places: Array<Place> = []
  readonly shown: Array<Shown> = []
  readonly plans: Array<Plan> = []
  readonly edits: Array<Edit> = []
  readonly accepted: Array<Accepted> = []
  deeds: Array<Deed> = []
  readonly offers: Array<Offer> = []
  answers: Array<Answer> = []
  readonly signals: Array<Signal> = []
  readonly ended: Array<Ended> = []
  readonly left: Array<Left> = []
  readonly partings: Array<Parting> = []
}
