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
  const counter = (name: string, description: string, read: () => number) =>
    Metric.registerUnsafe(
      Metric.counter(name, { description, attributes, incremental: true }),
      context,
      hooks(() => ({ count: read(), incremental: true }))
    )
  const registrations = [
    gauge("actors_resident", "Actors in memory", resident),
    gauge("actors_state_bytes", "Estimated bytes of actor state in memory", () => counters.bytes),
    gauge("actors_mailbox_depth", "Commands waiting in mailboxes", () => counters.waiting),
    counter("actors_activations_total", "Actors loaded into memory", () => counters.activations),
    counter("actors_passivations_total", "Actors that left memory", () => counters.passivations),
    counter("actors_restarts_total", "Restarts after a crash or a failed write", () => counters.restarts),
    counter("actors_crashes_total", "Turns and timers that crashed", () => counters.crashes),
    counter("actors_quarantined_total", "Commands parked after two crashes", () => counters.quarantined),
    counter("actors_stopped_total", "Actors stopped after too many restarts", () => counters.stopped),
    counter("actors_refused_total", "Commands refused before they ran", () => counters.refused),
    counter("actors_timeouts_total", "Commands past their deadline", () => counters.timeouts),
    counter("actors_task_failures_total", "Child tasks that failed", () => counters.taskFailures),
    counter(
      "actors_unlogged_advice_total",
      "Answers given while the journal refused their record",
      () => counters.unloggedAdvice
    ),
    Metric.registerUnsafe(
      Metric.histogram("actors_turn_milliseconds", {
        description: "Time of one synchronous turn",
        attributes,
        boundaries: TURN_BOUNDS
      }),
      context,
      hooks(() => {
        let cumulative = 0
        const buckets = TURN_BOUNDS.map((bound, i): [number, number] => {
          cumulative += counters.turnBuckets[i]!
          return [bound, cumulative]
        })
        return { buckets, count: counters.turns, min: 0, max: counters.turnMax, sum: counters.turnMillis }
      })
    )
  ]
  return () => {
    for (const registration of registrations) registration.remove()
  }
}
