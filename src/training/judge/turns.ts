/** Long sums beside a server: the event loop is given back as soon as it was held for this long. */
const LONGEST_MS = 4

/** Says, each time that it is asked, whether to rest: a promise to wait for, or nothing. */
export const turns = (): (() => Promise<void> | undefined) => {
  let until = performance.now() + LONGEST_MS
  return () => {
    if (performance.now() < until) return undefined
    return new Promise((go) => {
      setImmediate(() => {
        until = performance.now() + LONGEST_MS
        go()
      })
    })
  }
}
