/** What a page's main thread did while something went on, read from a trace of the browser. */
import type { Browser, Page } from "playwright-core"

interface Event {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** By the thread's own clock, where the system tells it: what others took of the machine is not in it. */
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly documentLoaderURL?: string } }
}

/** A turn of the thread's loop: what it does between two of them is one task. */
const TASK = "ThreadControllerImpl::RunTask"

const MICROS = 1000

export interface MainThread {
  readonly busyShare: number
  /** The same by the thread's own clock; 0 where the system does not tell it. */
  readonly ownShare: number
  readonly longestMillis: number
}

/** The busiest main thread among the pages: the others have nothing to do. */
export const readTrace = (events: ReadonlyArray<Event>, millis: number): MainThread => {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid}/${tid}`)
  )
  const tasks = Map.groupBy(
    events.filter(({ name, ph, pid, tid }) => name === TASK && ph === "X" && mains.has(`${pid}/${tid}`)),
    ({ pid }) => pid
  )
  const all = [...tasks.values()].map((list) => ({
    busyShare: list.reduce((sum, { dur = 0 }) => sum + dur, 0) / MICROS / millis,
    ownShare: list.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / MICROS / millis,
    longestMillis: Math.max(...list.map(({ dur = 0 }) => dur)) / MICROS
  }))
  return all.sort((a, b) => b.busyShare - a.busyShare)[0] ?? { busyShare: 0, ownShare: 0, longestMillis: 0 }
}

export const traced = async (browser: Browser, page: Page, does: () => Promise<unknown>): Promise<MainThread> => {
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] })
  const from = performance.now()
  await does()
  const millis = performance.now() - from
  const { traceEvents } = JSON.parse(String(await browser.stopTracing())) as { traceEvents: ReadonlyArray<Event> }
  return readTrace(traceEvents, millis)
}
