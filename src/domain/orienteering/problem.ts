/**
 * Choosing what to visit and in which order, with limited time: the team orienteering problem with time windows, and
 * what a trip adds to it (several windows per place, fixed visits, one-of groups, what is liked less the more there is
 * of it, ways that cost). Whole numbers of any unit of time; profits and costs of any common unit.
 */

/** One way to visit a place: a tavern as lunch and the same tavern as dinner are two visits of one place. */
export interface Visit {
  /** Locations at which the visit begins and ends: rows of the travel table. */
  readonly enter: number
  readonly leave: number
  readonly stay: number
  /** At most one visit of each place is in a plan. */
  readonly place: number
  /** At most one visit of each group is in a route: one lunch a day. */
  readonly group?: number
  /** May be put into a route that is full already, as far as its overflow goes. */
  readonly urgent?: boolean
}

export interface Route {
  /** Locations where it begins and ends. */
  readonly from: number
  readonly to: number
  readonly opens: number
  readonly closes: number
  /** Visits it may hold beside the fixed ones and an uncounted one. */
  readonly most?: number
  /** Urgent visits that it may hold beyond that. */
  readonly overflow?: number
  /** Visits that are in it whatever happens, in their order; each needs a window on this route. */
  readonly fixed?: ReadonlyArray<number>
}

/** Likes that wear off: the k-th visit of a class costs `step · (k − 1)`, counted over the plan or over each route. */
export interface Crowd {
  readonly over: "plan" | "route"
  /** The class of a visit, or -1. */
  readonly classOf: (visit: number) => number
  readonly step: number
}

/**
 * People who share a plan: it is worth `weight · Σ √(what the visits give to a member)`, and `daily` for every
 * route and member that has a favourite of theirs in it.
 */
export interface Shares {
  readonly members: number
  readonly gives: (member: number, visit: number) => number
  readonly weight: number
  readonly favourite: (member: number, visit: number) => boolean
  readonly daily: number
}

/** What is left of a wait between two visits when the first begins as late as it may costs so much more by the unit, beyond `from`: a hole. */
export interface LongWait {
  readonly from: number
  readonly cost: number
}

/** Ways of a route that cost more than `from` together cost so many times as much more beyond it. */
export interface LongWays {
  readonly from: number
  readonly more: number
}

export interface Problem {
  readonly locations: number
  readonly travel: (from: number, to: number) => number
  /** What a way costs beside its time. */
  readonly wayCost?: (from: number, to: number) => number
  readonly longWays?: LongWays
  readonly visits: ReadonlyArray<Visit>
  readonly routes: ReadonlyArray<Route>
  /** A group whose visits do not count to what a route may hold: there is at most one of them in it anyhow. */
  readonly uncounted?: number
  /** First and last start of each window, both included, ascending; empty where the visit is not possible. */
  readonly windows: (route: number, visit: number) => ReadonlyArray<number>
  readonly profit: (route: number, visit: number) => number
  readonly crowds?: ReadonlyArray<Crowd>
  readonly shares?: Shares
  /** What each unit of waiting before a visit costs beyond those that are free. */
  readonly waiting?: { readonly free: number; readonly cost: number; readonly long?: LongWait }
}

/** Visits of each route in their order, and when each begins at the earliest. */
export interface Plan {
  readonly routes: ReadonlyArray<ReadonlyArray<number>>
  readonly starts: ReadonlyArray<ReadonlyArray<number>>
  readonly worth: number
}
