/** How long the steps of a plan hold the thread, and which of them the collector of garbage took part in. */
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks"
import { startAssembly } from "../../src/domain/itinerary/assemble.ts"
import type { Assembly, AssemblyInput } from "../../src/domain/itinerary/model.ts"
import { Workspace } from "../../src/domain/orienteering/workspace.ts"
import type { Bar } from "../benchmark.ts"

const LONGEST_STEP_MS = 5
const NAP_MS = 0.02

interface Collection extends PerformanceEntry {
  readonly detail: { readonly kind: number }
}

interface LongStep {
  readonly cpu: number
  readonly from: number
  readonly to: number
}

export interface StepWatch {
  readonly planned: (input: AssemblyInput) => Assembly
  readonly bar: () => Promise<Bar>
}

export const watchSteps = (): StepWatch => {
  const collections: Array<readonly [number, number]> = []
  let whole = 0
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail, duration, startTime } = entry as Collection
      collections.push([startTime, startTime + duration])
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) whole++
    }
  })
  observer.observe({ entryTypes: ["gc"] })
  const bed = new Int32Array(new SharedArrayBuffer(4))
  /** The kernel brings a thread's time up to date when the thread rests; between two ticks of its clock it tells an old one. */
  const cpuMs = (): number => {
    Atomics.wait(bed, 0, 0, NAP_MS)
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  const steps: Array<LongStep> = []
  // As the service does: plans are made one at a time, in the same memory.
  const workspace = new Workspace()
  return {
    planned: (input) => {
      const work = startAssembly({ ...input, workspace })
      for (const step of work.steps) {
        const from = performance.now()
        const began = cpuMs()
        step()
        const cpu = cpuMs() - began
        steps.push({ cpu, from, to: performance.now() })
      }
      return work.result()
    },
    bar: async () => {
      await new Promise((done) => setImmediate(done))
      await new Promise((done) => setImmediate(done))
      observer.disconnect()
      const longest = (of: ReadonlyArray<LongStep>) => of.reduce((most, { cpu }) => Math.max(most, cpu), 0)
      const long = steps.filter(({ cpu }) => cpu > LONGEST_STEP_MS)
      const alone = steps.filter(({ from, to }) => !collections.some(([begins, ends]) => begins <= to && ends >= from))
      return {
        name: "longest step, CPU of the thread that plans",
        wanted: `≤ ${LONGEST_STEP_MS} ms`,
        measured: `${longest(steps).toFixed(2)} ms, ${long.length} of ${steps.length} steps over ${LONGEST_STEP_MS} ms; ${longest(alone).toFixed(2)} ms without a collection of garbage in it; ${whole} of ${collections.length} collections were whole ones`,
        met: long.length === 0
      }
    }
  }
}
