import { assert, describe, it } from "@effect/vitest"
import { walk } from "../../../bench/orienteering/check.ts"
import { problemOf } from "../../../bench/orienteering/instance.ts"
import { madeUp, unseen } from "../../../bench/orienteering/made-up.ts"
import { randomStream, whole } from "../../../src/domain/basics/random.ts"
import type { Problem, Visit } from "../../../src/domain/orienteering/problem.ts"
import { Search } from "../../../src/domain/orienteering/search.ts"
import { fc } from "../../support/properties.ts"
import { walkPlan } from "../../support/walk-plan.ts"

/** A problem with everything that problems have: two windows, meals, fixed visits, likes that wear off, people. */
const problemFrom = (seed: number, places: number, routes: number): Problem => {
  const random = randomStream("problem", seed)
  const spots = Array.from({ length: places + 1 }, () => [random() * 60, random() * 60] as const)
  const meal = Array.from({ length: places }, () => random() < 0.3)
  const fixed = Array.from({ length: routes }, () => random() < 0.5)
  // A place that feeds is two visits: lunch and dinner. The last visits are the fixed ones, one per route.
  const visits: ReadonlyArray<Visit> = [
    ...meal.flatMap((feeds, place) =>
      (feeds ? [0, 1] : [undefined]).map((group) => ({
        enter: place + 1,
        leave: place + 1,
        stay: whole(random, 5, 40),
        place,
        urgent: place % 6 === 5,
        ...(group === undefined ? {} : { group })
      }))
    ),
    ...fixed.map((_, route) => ({ enter: 0, leave: 1, stay: 20, place: places + route }))
  ]
  const free = visits.length - routes
  const windows = visits.map(({ group }) => {
    if (group !== undefined) return group === 0 ? [150, 200] : [350, 400]
    const from = whole(random, 0, 300)
    const to = from + whole(random, 0, 60)
    return random() < 0.3 ? [from, to, to + 50, to + 90] : [from, to]
  })
  const at = fixed.map(() => whole(random, 100, 300))
  return {
    locations: spots.length,
    travel: (a, b) => Math.ceil(Math.hypot(spots[a]![0] - spots[b]![0], spots[a]![1] - spots[b]![1])),
    wayCost: (a, b) => Math.hypot(spots[a]![0] - spots[b]![0], spots[a]![1] - spots[b]![1]) / 100,
    ...(seed % 2 === 0 ? { longWays: { from: 0.6, more: 1.5 } } : {}),
    visits,
    routes: fixed.map((has, route) => ({
      from: 0,
      to: 0,
      opens: 0,
      closes: 480,
      most: 5,
      overflow: 2,
      ...(has ? { fixed: [free + route] } : {})
    })),
    windows: (route, visit) =>
      visit >= free
        ? visit - free === route && fixed[route]!
          ? [at[route]!, at[route]!]
          : []
        : (visit + route) % 5 === 0
          ? []
          : windows[visit]!,
    profit: (route, visit) => (visit >= free ? 0 : 1 + ((visit * 7 + route * 3) % 5) / 5),
    crowds: [
      { over: "plan", classOf: (visit) => visit % 4, step: 0.1 },
      { over: "route", classOf: (visit) => (visit % 3) - 1, step: 0.2 }
    ],
    shares: {
      members: 3,
      gives: (member, visit) => ((visit * (member + 2)) % 7) / 7,
      weight: 0.5,
      favourite: (member, visit) => (visit + member) % 4 === 0,
      daily: 0.3
    },
    waiting: { free: 15, cost: 0.01, long: { from: 40, cost: 0.02 } }
  }
}

/** Many short visits in a long time, some places with two of them, windows now and then in pairs. */
const longFrom = (seed: number): Problem => {
  const random = randomStream("long problem", seed)
  const spots = Array.from({ length: 61 }, () => [random() * 30, random() * 30] as const)
  const visits: ReadonlyArray<Visit> = Array.from({ length: 80 }, (_, at) => ({
    enter: 1 + (at % 60),
    leave: 1 + (at % 60),
    stay: whole(random, 3, 9),
    place: at % 60
  }))
  const windows = visits.map(() => {
    const from = whole(random, 0, 700)
    const to = from + whole(random, 20, 200)
    return random() < 0.3 ? [from, to, to + 50, to + 90] : [from, to]
  })
  return {
    locations: spots.length,
    travel: (a, b) => Math.ceil(Math.hypot(spots[a]![0] - spots[b]![0], spots[a]![1] - spots[b]![1])),
    visits,
    routes: Array.from({ length: 1 + (seed % 2) }, () => ({ from: 0, to: 0, opens: 0, closes: 900 })),
    windows: (route, visit) => ((visit + route) % 7 === 0 ? [] : windows[visit]!),
    profit: (_, visit) => 1 + ((visit * 7) % 5)
  }
}

/** The best worth there is, by trying every order of every choice. */
const bestOf = (problem: Problem): number => {
  let best = Number.NEGATIVE_INFINITY
  const descend = (stops: ReadonlyArray<number>): void => {
    const { worth, faults } = walkPlan(problem, { routes: [stops] })
    const lost = faults.some((fault) => fault.includes("fixed"))
    if (faults.length === 0) best = Math.max(best, worth)
    else if (faults.some((fault) => !fault.includes("fixed")) && !lost) return
    for (let visit = 0; visit < problem.visits.length; visit++) {
      if (!stops.includes(visit)) descend([...stops, visit])
    }
  }
  descend([])
  return best
}

describe("the solver", () => {
  it("makes plans that hold, and are worth what they say", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), (seed, places, routes) => {
        const problem = problemFrom(seed, places, routes)
        const plan = new Search(problem, seed).run(60).plan()
        const walked = walkPlan(problem, plan)
        assert.deepEqual(walked.faults, [])
        assert.closeTo(walked.worth, plan.worth, 1e-6)
      }),
      { numRuns: 150 }
    )
  })

  it("counts visits of a group that nothing counts to no limit, and one of them in a route at most", () => {
    let beyond = 0
    for (let seed = 0; seed < 30; seed++) {
      const problem = { ...problemFrom(seed, 30, 3), uncounted: 0 }
      const plan = new Search(problem, seed).run(80).plan()
      const walked = walkPlan(problem, plan)
      assert.deepEqual(walked.faults, [])
      assert.closeTo(walked.worth, plan.worth, 1e-6)
      for (const [route, { fixed = [], most = 0 }] of problem.routes.entries()) {
        const calm = plan.routes[route]!.filter(
          (visit) => !fixed.includes(visit) && problem.visits[visit]!.urgent !== true
        )
        if (calm.length > most) beyond++
      }
    }
    assert.isAbove(beyond, 0)
  })

  it("gives the same plan for the same rounds, in one go or in steps", () => {
    const problem = problemFrom(7, 30, 3)
    const whole = new Search(problem, 3).run(400).plan()
    const steps = new Search(problem, 3)
    for (let rounds = 7; rounds < 400; rounds += 13) {
      steps.run(rounds)
      steps.plan()
    }
    assert.deepEqual(steps.run(400).plan(), whole)
    assert.notDeepEqual(new Search(problem, 4).run(400).plan(), whole)
  })

  it("makes long routes that hold, of places with several doors and hours too", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const problem = longFrom(seed)
      const search = new Search(problem, seed)
      const first = search.plan()
      assert.isAtLeast(Math.max(...first.routes.map((route) => route.length)), 24, "else it is not about long routes")
      const plan = search.run(40).plan()
      assert.deepEqual(walkPlan(problem, plan).faults, [])
      assert.closeTo(walkPlan(problem, plan).worth, plan.worth, 1e-6)
      assert.isAtLeast(plan.worth, first.worth)
      assert.deepEqual(new Search(problem, seed).run(40).plan(), plan)
    }
  })

  it("begins long routes with a plan that is near what a long search finds", () => {
    // What the best of many searches of eight seconds found.
    const best = {
      "far-scattered-1": 959,
      "far-clustered-1": 1241,
      "far-mixed-1": 1820,
      "far-many-1": 1344,
      "far-loose-1": 1977
    }
    for (const instance of unseen(1)) {
      const { routes } = new Search(problemOf(instance, 1), 1).plan()
      const { faults, profit } = walk(
        instance,
        routes.map((route) => route.map((visit) => visit + 1))
      )
      assert.deepEqual(faults, [])
      assert.isAtLeast(profit, 0.93 * best[instance.name as keyof typeof best], instance.name)
    }
  })

  it("finds the best there is where every choice can be tried", () => {
    for (let seed = 0; seed < 10; seed++) {
      // What holes cost is left out: a visit that makes one by being there is not always found to be better left away.
      const problem = { ...problemFrom(seed, 4, 1), waiting: { free: 15, cost: 0.01 } }
      assert.closeTo(new Search(problem, seed).run(600).value, bestOf(problem), 1e-9, `problem ${seed}`)
    }
  })

  it("gets no worse with more rounds", () => {
    const problem = problemFrom(11, 40, 2)
    const search = new Search(problem, 1)
    let before = search.value
    for (let rounds = 50; rounds <= 500; rounds += 50) {
      const now = search.run(rounds).value
      assert.isAtLeast(now, before)
      before = now
    }
  })

  it("holds on instances of the literature's kinds", () => {
    for (const instance of madeUp(1)) {
      for (const paths of [1, 3]) {
        const plan = new Search(problemOf(instance, paths), 1).run(150).plan()
        const walked = walk(
          instance,
          plan.routes.map((route) => route.map((visit) => visit + 1))
        )
        assert.deepEqual(walked.faults, [], instance.name)
        assert.closeTo(walked.profit, plan.worth, 1e-6)
      }
    }
  })
})
