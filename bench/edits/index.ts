/** Plans edited by hand: what each kind of turn takes the trip's actor, from the command to the state after it. */
import { availableParallelism, loadavg } from "node:os"
import type { NodeId, UserId } from "../../src/domain/ids.ts"
import type { TripCommand } from "../../src/domain/trip/commands.ts"
import { planEngine } from "../../src/domain/trip/plan-engine.ts"
import { LiveTrip } from "../../test/domain/trip/fixtures.ts"
import { curatedCities } from "../../test/support/curated-cities.ts"
import { type PlanningCity, pick, type Random, randomOf } from "../../test/support/generated-city.ts"
import { tripIn } from "../../test/support/trips.ts"
import { type Benchmark, numberFlag, type Report } from "../benchmark.ts"
import { percentile } from "../percentile.ts"

const WANTED_MS = 4
/** Turns of a kind that are not counted: until then the code is not compiled. */
const WARM_TRIPS = 60
const DAY_MS = 86_400_000

type Edit = (live: LiveTrip, city: PlanningCity, random: Random) => TripCommand | undefined

const by = (live: LiveTrip): UserId => live.trip.user_id

const stranger = (live: LiveTrip, city: PlanningCity, random: Random): NodeId => {
  const there = new Set<string>(live.trip.slots.map((slot) => slot.node_id))
  return pick(
    random,
    city.nodes.filter((node) => !there.has(node.id))
  ).id as NodeId
}

const EDITS: ReadonlyArray<readonly [string, Edit]> = [
  [
    "add, wherever it goes best",
    (live, city, random) => ({ _tag: "add_stop", by: by(live), node_id: stranger(live, city, random) })
  ],
  [
    "move to another day",
    (live, _, random) => ({
      _tag: "move_stop",
      by: by(live),
      slot_id: pick(random, live.trip.slots).id,
      day: 1 + Math.floor(random() * 5)
    })
  ],
  [
    "reorder a day",
    (live, _, random) => {
      const { day } = pick(random, live.trip.slots)
      const slots = live.trip.slots.filter((slot) => slot.day === day).map(({ id }) => id)
      return { _tag: "reorder_day", by: by(live), day, slot_ids: [...slots.slice(1), slots[0]!] }
    }
  ],
  [
    "choices of a swap",
    (live, _, random) => ({ _tag: "choices", by: by(live), slot_id: pick(random, live.trip.slots).id })
  ],
  ["swap", (live, _, random) => ({ _tag: "swap_slot", by: by(live), slot_id: pick(random, live.trip.slots).id })],
  [
    "what fits into 90 minutes",
    (live, _, random) => ({ _tag: "fits", by: by(live), minutes: 90, at: pick(random, live.trip.slots).starts_at })
  ],
  ["undo", (live) => ({ _tag: "undo", by: by(live) })],
  ["remove", (live, _, random) => ({ _tag: "remove_slot", by: by(live), slot_id: pick(random, live.trip.slots).id })]
]

const run = (args: ReadonlyArray<string>): Promise<Report> => {
  const trips = numberFlag(args, "trips", 400)
  const planner = planEngine()
  const cities = curatedCities()
  const times = new Map(
    EDITS.map(([name]) => [name, { wall: [] as Array<number>, cpu: [] as Array<number>, refused: 0 }])
  )
  for (let n = -WARM_TRIPS; n < trips; n++) {
    const city = cities[(n + WARM_TRIPS) % cities.length]!
    const random = randomOf(n + WARM_TRIPS + 1)
    const made = tripIn(city, n + WARM_TRIPS, 5)
    const members = [{ user_id: made.user_id, role: "owner" as const, ordinal: 0, joined_at: 0 }]
    const live = new LiveTrip({ ...made, members, status: "planning" }, made.slots[0]!.starts_at - DAY_MS, {
      planner,
      catalog: city
    })
    for (const [name, edit] of EDITS) {
      const command = edit(live, city, random)
      if (command === undefined) continue
      const began = performance.now()
      const cpu = process.cpuUsage()
      const reply = live.send(command)
      const { user, system } = process.cpuUsage(cpu)
      const wall = performance.now() - began
      if (n < 0) continue
      const of = times.get(name)!
      of.wall.push(wall)
      of.cpu.push((user + system) / 1000)
      if (reply instanceof Error) of.refused++
    }
  }
  const every = [...times.values()].flatMap(({ cpu }) => cpu)
  const p95 = percentile(every, 0.95)
  return Promise.resolve({
    tables: [
      {
        title: `${trips} trips of five days in the curated cities, each edited ${EDITS.length} times`,
        columns: ["edit", "turns", "refused", "p50 ms", "p95 ms", "p99 ms", "CPU p95 ms"],
        rows: [...times].map(([name, { cpu, refused, wall }]) => [
          name,
          wall.length,
          refused,
          percentile(wall, 0.5),
          percentile(wall, 0.95),
          percentile(wall, 0.99),
          percentile(cpu, 0.95)
        ])
      }
    ],
    bars: [
      {
        name: "a turn, every kind of edit, CPU",
        wanted: `≤ ${WANTED_MS} ms p95`,
        measured: `${p95.toFixed(2)} ms`,
        met: p95 <= WANTED_MS
      }
    ],
    notes: [
      `Load of the machine meanwhile: ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores.`,
      "A refused edit is a turn too: the door is closed then, or no way fits, and the answer says which."
    ]
  })
}

export const benchmark: Benchmark = {
  summary: "edits of plans by hand: what each kind of turn takes",
  options: ["--trips N   trips that are edited (400)"],
  run
}
