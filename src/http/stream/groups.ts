/** Sockets that are sent elsewhere go group after group, so that not all of them come back at once. */

/** Sockets that are asked to reconnect at the same time. */
const DRAIN_GROUP = 100

/** Closest that two groups follow each other. */
const DRAIN_STEP_MS = 100

/** In how many milliseconds the next of so many should go: faster, where there are many groups. */
export const inGroups = (open: number, spreadMillis: number): (() => number) => {
  const step = Math.min(DRAIN_STEP_MS, (spreadMillis * DRAIN_GROUP) / Math.max(open, 1))
  let sent = 0
  return () => Math.round(Math.min(Math.floor(sent++ / DRAIN_GROUP) * step, spreadMillis))
}
