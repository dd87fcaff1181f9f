/** Plain counters on the hot path; the metric registry reads them only when somebody scrapes. */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** Upper bounds of the turn-time histogram in milliseconds: 1 µs, 2 µs, 4 µs … about 131 ms. */
const TURN_BOUNDS = Array.from({ length: 18 }, (_, i) => 2 ** i / 1_000)

export class Counters {
  turns = 0
  activations = 0
  passivations = 0
  restarts = 0
  crashes = 0
  quarantined = 0
  stopped = 0
  refused = 0
  timeouts = 0
  taskFailures = 0
  unloggedAdvice = 0
  waiting = 0
  children = 0
  feeds = 0
  bytes = 0
  readonly turnBuckets = new Float64Array(TURN_BOUNDS.length + 1)
  turnMillis = 0
  turnMax = 0

  turn(millis: number): void {
    this.turns++
    this.turnMillis += millis
    if (millis > this.turnMax) this.turnMax = millis
    const bucket = millis <= 0.001 ? 0 : Math.ceil(Math.log2(millis * 1_000))
    this.turnBuckets[Math.min(bucket, TURN_BOUNDS.length)]!++
  }
}

type Numbers = { [K in keyof Counters]: Counters[K] extends number ? K : never }[keyof Counters]

const GAUGES: ReadonlyArray<readonly [string, string, Numbers]> = [
  ["actors_state_bytes", "Estimated bytes of actor state in memory", "bytes"],
  ["actors_mailbox_depth", "Commands waiting in mailboxes", "waiting"],
  ["actors_children", "Child fibers of actors", "children"]
]

const COUNTERS: ReadonlyArray<readonly [string, string, Numbers]> = [
  ["actors_activations_total", "Actors loaded into memory", "activations"],
  ["actors_passivations_total", "Actors that left memory", "passivations"],
  ["actors_restarts_total", "Restarts after a crash or a failed write", "restarts"],
  ["actors_crashes_total", "Turns and timers that crashed", "crashes"],
  ["actors_quarantined_total", "Commands parked after two crashes", "quarantined"],
  ["actors_stopped_total", "Actors stopped after too many restarts", "stopped"],
  ["actors_refused_total", "Commands refused before they ran", "refused"],
  ["actors_timeouts_total", "Commands past their deadline", "timeouts"],
  ["actors_task_failures_total", "Child tasks that failed", "taskFailures"],
  ["actors_unlogged_advice_total", "Answers given while the journal refused their record", "unloggedAdvice"]
]

/** Shows the counters of one kind in the metric registry until the returned function is called. */
export const register = (
  kind: string,
  counters: Counters,
  resident: () => number,
  context: Context.Context<never>
): (() => void) => {
  const attributes = { kind }
  const ignore = () => {}
  const hooks = <State>(get: () => State) => ({ get, update: ignore, modify: ignore })
  const gauge = (name: string, description: string, read: () => number) =>
    Metric.registerUnsafe(
      Metric.gauge(name, { description, attributes }),
      context,
      hooks(() => ({ value: read() }))
    )
  const counter = (name: string, description: string, read: () => number) => {
    const metric = Metric.counter(name, { description, attributes, incremental: true })
    return Metric.registerUnsafe(
      metric,
      context,
      hooks(() => ({ count: read(), incremental: true }))
    )
  }
  const turns = () => {
    let cumulative = 0
    const buckets = TURN_BOUNDS.map((bound, i): [number, number] => {
      cumulative += counters.turnBuckets[i]!
      return [bound, cumulative]
    })
    return { buckets, count: counters.turns, min: 0, max: counters.turnMax, sum: counters.turnMillis }
  }
  const histogram = { description: "Time of one synchronous turn", attributes, boundaries: TURN_BOUNDS }
  const registrations = [
    gauge("actors_resident", "Actors in memory", resident),
    ...GAUGES.map(([name, description, which]) => gauge(name, description, () => counters[which])),
    ...COUNTERS.map(([name, description, which]) => counter(name, description, () => counters[which])),
    Metric.registerUnsafe(Metric.histogram("actors_turn_milliseconds", histogram), context, hooks(turns))
  ]
  return () => {
    for (const registration of registrations) registration.remove()
  }
}
