/** Loads: as fast as answers come, or at a pace that does not wait for anybody. */
import type { Link } from "./links.ts"

export interface Run {
  readonly answered: number
  readonly seconds: number
  /** Milliseconds, unsorted. */
  readonly latencies: Array<number>
}

/** Every link keeps so many pivots under way, for so many seconds. */
export const closedLoop = (
  links: ReadonlyArray<Link>,
  bodies: ReadonlyArray<ReadonlyArray<string>>,
  inFlight: number,
  seconds: number
): Promise<Run> =>
  new Promise((resolve) => {
    const latencies: Array<number> = []
    const began = performance.now()
    const until = began + seconds * 1000
    let underWay = 0
    const finish = () => resolve({ answered: latencies.length, seconds: (performance.now() - began) / 1000, latencies })
    links.forEach((link, n) => {
      const sent: Array<number> = []
      let turn = n
      const ask = () => {
        sent.push(performance.now())
        underWay++
        const mine = bodies[n % bodies.length]!
        link.pivot(mine[turn++ % mine.length]!)
      }
      link.onOffer = () => {
        const now = performance.now()
        latencies.push(now - sent.shift()!)
        underWay--
        if (now < until) ask()
        else if (underWay === 0) finish()
      }
      for (let i = 0; i < inFlight; i++) ask()
    })
  })

const TICK_MS = 5

/** So many pivots a second, over all links in turn, timed from when they were due. */
export const openLoop = (
  links: ReadonlyArray<Link>,
  bodies: ReadonlyArray<ReadonlyArray<string>>,
  perSecond: number,
  seconds: number
): Promise<Run> =>
  new Promise((resolve) => {
    const latencies: Array<number> = []
    const began = performance.now()
    const total = Math.round(perSecond * seconds)
    const due = links.map(() => [] as Array<number>)
    let sent = 0
    links.forEach((link, n) => {
      link.onOffer = () => {
        latencies.push(performance.now() - due[n]!.shift()!)
        if (latencies.length === total) {
          clearInterval(timer)
          resolve({ answered: total, seconds: (performance.now() - began) / 1000, latencies })
        }
      }
    })
    const timer = setInterval(() => {
      const now = performance.now()
      while (sent < total) {
        const at = began + (sent * 1000) / perSecond
        if (at > now) return
        const n = sent % links.length
        due[n]!.push(at)
        const mine = bodies[n % bodies.length]!
        links[n]!.pivot(mine[Math.floor(sent / links.length) % mine.length]!)
        sent++
      }
    }, TICK_MS)
  })
