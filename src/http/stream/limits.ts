/** Seconds over which the frames of a socket are averaged: a burst is human, a steady flood is not. */
const BURST_SECONDS = 5

/** How many frames a socket may still send; undefined means as many as it likes. */
export class FrameBudget {
  readonly #perSecond: number | undefined
  #left: number
  #at = 0

  constructor(perSecond: number | undefined) {
    this.#perSecond = perSecond
    this.#left = perSecond === undefined ? 0 : perSecond * BURST_SECONDS
  }

  take(now: number): boolean {
    const perSecond = this.#perSecond
    if (perSecond === undefined) return true
    const passed = this.#at === 0 ? 0 : Math.max(0, now - this.#at)
    this.#at = now
    this.#left = Math.min(perSecond * BURST_SECONDS, this.#left + (passed * perSecond) / 1000) - 1
    return this.#left >= 0
  }
}
