/** So that much news does not keep a phone's only thread: drawing what is newest now and then, rather than everything at once. */

/** After drawing it rests this many times as long as it took; what the browser does to paint it counts as well. */
const REST = 6
const LEAST_REST_MS = 100

/**
 * Does it at once where it has rested, and once more after a rest where it was asked for meanwhile.
 *
 * @param {() => void} does
 * @param {number} [leastRest] in milliseconds
 */
export const paced = (does, leastRest = LEAST_REST_MS) => {
  let restsUntil = 0
  let waiting
  const run = () => {
    waiting = undefined
    const began = performance.now()
    does()
    const ended = performance.now()
    restsUntil = ended + Math.max(leastRest, REST * (ended - began))
  }
  return () => {
    if (waiting !== undefined) return
    const wait = restsUntil - performance.now()
    if (wait <= 0) run()
    else waiting = setTimeout(run, wait)
  }
}

/**
 * One at a time, and the newest once more after it where it was asked for meanwhile.
 *
 * @param {() => Promise<unknown>} does never fails
 */
export const oneAtATime = (does) => {
  let running = false
  let again = false
  const run = async () => {
    if (running) {
      again = true
      return
    }
    running = true
    do {
      again = false
      await does()
    } while (again)
    running = false
  }
  return run
}
