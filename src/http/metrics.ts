/** The gateway's own figures: requests by method and status, their time, and how late the event loop runs. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"

export interface RequestMetrics {
  readonly answered: (method: string, status: number, millis: number) => void
}

const requests = Metric.counter("http_requests_total", { description: "Requests answered." })

const duration = Metric.histogram("http_request_duration_ms", {
  description: "Milliseconds from the head of a request to its answer.",
  boundaries: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]
})

const loopDelay = Metric.gauge("event_loop_delay_p99_ms", {
  description: "99th percentile of how late the event loop ran since the last reading, in milliseconds."
})

const residentBytes = Metric.gauge("process_resident_memory_bytes", { description: "Resident memory of this process." })

/** How exactly the loop's delay is measured. */
const RESOLUTION_MS = 10

/** Methods that exist; anything else counts as one, so that a fuzzer cannot grow the registry. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

const make = Effect.gen(function* () {
  const context = yield* Effect.context<never>()
  const series = new Map<string, (millis: number) => void>()

  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  yield* Effect.addFinalizer(() => Effect.sync(() => delays.disable()))

  const counterFor = (method: string, status: number) => {
    const attributed = Metric.withAttributes(requests, { method, status: String(status) })
    return (millis: number) => {
      attributed.updateUnsafe(1, context)
      duration.updateUnsafe(millis, context)
    }
  }

  return {
    metrics: {
      answered: (method, status, millis) => {
        const known = METHODS.has(method) ? method : "OTHER"
        const key = `${known} ${status}`
        const count = series.get(key) ?? counterFor(known, status)
        series.set(key, count)
        count(millis)
      }
    } satisfies RequestMetrics,
    /** Reads what is measured by looking; called for each scrape. */
    sample: Effect.sync(() => {
      loopDelay.updateUnsafe(Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS), context)
      residentBytes.updateUnsafe(process.memoryUsage.rss(), context)
      delays.reset()
    })
  }
})

export class GatewayMetrics extends Context.Service<
  GatewayMetrics,
  { readonly metrics: RequestMetrics; readonly sample: Effect.Effect<void> }
>()("overplanned/http/GatewayMetrics") {
  static readonly layer = Layer.effect(GatewayMetrics, make)
}
