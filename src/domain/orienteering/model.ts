/** A problem in typed arrays: what the search reads in its innermost loops. Built once per problem. */
import type { Crowd, Problem, Shares } from "./problem.ts"
import { Workspace } from "./workspace.ts"

export interface Model {
  readonly problem: Problem
  /** Where its tables lie, and those of whoever works it out. */
  readonly memory: Workspace
  readonly visits: number
  readonly routes: number
  /** Visits and, after them, the beginning and the end of each route. */
  readonly nodes: number
  readonly locations: number
  readonly places: number
  readonly groups: number
  /** The group whose visits do not count to what a route may hold, or -1. */
  readonly uncounted: number
  /** Positions that are kept per route, both ends included. */
  readonly stride: number
  /** Travel from row to column, and from column to row: both are read along a row. */
  readonly travel: Int32Array
  readonly back: Int32Array
  /** The same for what ways cost; empty where they cost nothing. */
  readonly cost: Float64Array
  readonly costBack: Float64Array
  readonly enter: Int32Array
  readonly leave: Int32Array
  readonly stay: Int32Array
  readonly place: Int32Array
  readonly group: Int32Array
  /** By route and node: first and last start; where there are several windows, where they stand in `windows`. */
  readonly first: Int32Array
  readonly last: Int32Array
  readonly offset: Int32Array
  readonly count: Uint8Array
  readonly windows: Int32Array
  readonly profit: Float64Array
  /** The most visits of a route, fixed ones included; and with the urgent ones that it may hold beyond that. */
  readonly most: Int32Array
  readonly mostUrgent: Int32Array
  readonly urgent: Uint8Array
  readonly pinned: Uint8Array
  readonly crowds: ReadonlyArray<CrowdModel>
  readonly shares: ShareModel | undefined
  /** Profit of the usual visit, and how many units of time weigh as much as a unit of profit. */
  readonly usual: number
  readonly exchange: number
  readonly waysLong: number
  readonly waysLongMore: number
  readonly waitFree: number
  readonly waitCost: number
  readonly waitLong: number
  readonly waitLongCost: number
}

export interface CrowdModel {
  readonly perRoute: boolean
  readonly classes: number
  readonly classOf: Int32Array
  readonly step: number
  /** Where its counts begin among the counts of all crowds. */
  readonly at: number
}

export interface ShareModel {
  readonly members: number
  /** By member and visit. */
  readonly gives: Float64Array
  readonly favourite: Uint8Array
  readonly weight: number
  readonly daily: number
}

export const beginOf = (model: Pick<Model, "visits">, route: number): number => model.visits + 2 * route
export const endOf = (model: Pick<Model, "visits">, route: number): number => model.visits + 2 * route + 1

const crowdModels = (crowds: ReadonlyArray<Crowd>, visits: number, routes: number): ReadonlyArray<CrowdModel> => {
  let at = 0
  return crowds.map((crowd) => {
    const classOf = Int32Array.from({ length: visits }, (_, visit) => crowd.classOf(visit))
    const classes = classOf.reduce((most, one) => Math.max(most, one + 1), 0)
    const perRoute = crowd.over === "route"
    const made = { perRoute, classes, classOf, step: crowd.step, at }
    at += classes * (perRoute ? routes : 1)
    return made
  })
}

const shareModel = (shares: Shares, visits: number): ShareModel => ({
  members: shares.members,
  weight: shares.weight,
  daily: shares.daily,
  favourite: Uint8Array.from({ length: shares.members * visits }, (_, at) =>
    shares.favourite(Math.floor(at / visits), at % visits) ? 1 : 0
  ),
  gives: Float64Array.from({ length: shares.members * visits }, (_, at) =>
    shares.gives(Math.floor(at / visits), at % visits)
  )
})

/** Rows of the tables that are worked out at a time, and visits whose windows are: well below a millisecond's work. */
const ROWS = 20
const VISITS = 100

function* tables(problem: Problem, memory: Workspace) {
  const n = problem.locations
  const travel = memory.int32(n * n)
  const back = memory.int32(n * n)
  const costs = problem.wayCost === undefined ? 0 : n * n
  const cost = memory.float64(costs)
  const costBack = memory.float64(costs)
  for (let from = 0; from < n; from++) {
    if (from % ROWS === ROWS - 1) yield
    for (let to = 0; to < n; to++) {
      const minutes = problem.travel(from, to)
      travel[from * n + to] = minutes
      back[to * n + from] = minutes
      if (problem.wayCost === undefined) continue
      const price = problem.wayCost(from, to)
      cost[from * n + to] = price
      costBack[to * n + from] = price
    }
  }
  return { travel, back, cost, costBack }
}

/** The windows and profits of every visit on every route. */
function* offers(problem: Problem, visits: number, routes: number, memory: Workspace) {
  const nodes = visits + 2 * routes
  const first = memory.int32(routes * nodes)
  const last = memory.int32(routes * nodes).fill(-1)
  const offset = memory.int32(routes * nodes)
  const count = new Uint8Array(routes * nodes)
  const profit = memory.float64(routes * nodes)
  const windows: Array<number> = []
  for (let route = 0; route < routes; route++) {
    const { opens, closes } = problem.routes[route]!
    for (let visit = 0; visit < visits; visit++) {
      if (visit % VISITS === VISITS - 1) yield
      const at = route * nodes + visit
      const own = problem.windows(route, visit)
      if (own.length === 0) continue
      first[at] = own[0]!
      last[at] = own.at(-1)!
      offset[at] = windows.length
      count[at] = own.length / 2
      windows.push(...own)
      profit[at] = problem.profit(route, visit)
    }
    const begin = route * nodes + visits + 2 * route
    first[begin] = opens
    last[begin] = opens
    first[begin + 1] = opens
    last[begin + 1] = closes
    count[begin] = 1
    count[begin + 1] = 1
  }
  return { first, last, offset, count, profit, windows: Int32Array.from(windows) }
}

const withEnds = (
  problem: Problem,
  of: (visit: number) => number,
  ends: (route: number) => readonly [number, number]
) => Int32Array.from([...problem.visits.map((_, visit) => of(visit)), ...problem.routes.flatMap((_, r) => ends(r))])

/** A model in the making, in pieces: a long trip must not hold up whoever builds one. */
export function* modelInPieces(problem: Problem, memory: Workspace): Generator<undefined, Model> {
  const visits = problem.visits.length
  const routes = problem.routes.length
  const made = yield* offers(problem, visits, routes, memory)
  const ways = yield* tables(problem, memory)
  const urgent = Uint8Array.from(problem.visits, (visit) => (visit.urgent === true ? 1 : 0))
  const positive = made.profit.filter((profit, at) => profit > 0 && urgent[at % (visits + 2 * routes)] !== 1)
  const usual = positive.length === 0 ? 1 : positive.reduce((sum, profit) => sum + profit, 0) / positive.length
  const groups = problem.visits.reduce((count, visit) => Math.max(count, (visit.group ?? -1) + 1), 0)
  const uncounted = (problem.uncounted ?? groups) < groups ? problem.uncounted! : -1
  const counted = (visit: number) => uncounted < 0 || problem.visits[visit]!.group !== uncounted
  const most = Int32Array.from(problem.routes, (route) =>
    Math.min(visits, (route.most ?? visits) + (route.fixed ?? []).filter(counted).length)
  )
  const mostUrgent = most.map((one, route) => Math.min(visits, one + (problem.routes[route]!.overflow ?? 0)))
  const deepest = mostUrgent.reduce((deep, one) => Math.max(deep, one), 0)
  const pinned = new Uint8Array(visits + 2 * routes)
  for (const route of problem.routes) for (const visit of route.fixed ?? []) pinned[visit] = 1
  const time = problem.routes.reduce((sum, route) => sum + route.closes - route.opens, 0) / Math.max(1, routes)
  return {
    problem,
    memory,
    visits,
    routes,
    nodes: visits + 2 * routes,
    locations: problem.locations,
    places: problem.visits.reduce((count, visit) => Math.max(count, visit.place + 1), 0),
    groups,
    uncounted,
    stride: deepest + (uncounted < 0 ? 2 : 3),
    ...ways,
    enter: withEnds(
      problem,
      (v) => problem.visits[v]!.enter,
      (r) => [problem.routes[r]!.from, problem.routes[r]!.to]
    ),
    leave: withEnds(
      problem,
      (v) => problem.visits[v]!.leave,
      (r) => [problem.routes[r]!.from, problem.routes[r]!.to]
    ),
    stay: withEnds(
      problem,
      (v) => problem.visits[v]!.stay,
      () => [0, 0]
    ),
    place: Int32Array.from(problem.visits, (visit) => visit.place),
    group: Int32Array.from(problem.visits, (visit) => visit.group ?? -1),
    ...made,
    most,
    mostUrgent,
    urgent,
    pinned,
    crowds: crowdModels(problem.crowds ?? [], visits, routes),
    shares: problem.shares === undefined ? undefined : shareModel(problem.shares, visits),
    usual,
    exchange: time / (usual * Math.max(1, Math.min(deepest, 10))),
    waysLong: problem.longWays?.from ?? 0,
    waysLongMore: problem.longWays?.more ?? 0,
    waitFree: problem.waiting?.free ?? 0,
    waitCost: problem.waiting?.cost ?? 0,
    waitLong: problem.waiting?.long?.from ?? 0,
    waitLongCost: problem.waiting?.long?.cost ?? 0
  }
}

export const modelOf = (problem: Problem, memory: Workspace = new Workspace()): Model => {
  const making = modelInPieces(problem, memory)
  for (;;) {
    const { done, value } = making.next()
    if (done === true) return value
  }
}
