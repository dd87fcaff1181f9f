/** A progress bar on standard error, where somebody is watching; nothing where the output goes to a file. */
import * as Effect from "effect/Effect"

const WIDTH = 28

/** Drawing oftener than this is only flicker. */
const EVERY_MS = 80

export const progressBar = (title: string) => {
  const watched = process.stderr.isTTY === true
  let drawn = 0
  return {
    update: (done: number, total: number): Effect.Effect<void> =>
      Effect.sync(() => {
        const now = performance.now()
        if (!watched || (done < total && now - drawn < EVERY_MS)) return
        drawn = now
        const share = total === 0 ? 1 : Math.min(1, done / total)
        const bar = "█".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, "░")
        process.stderr.write(`\r${title} ${bar} ${Math.round(share * 100)} % (${done} of ${total})`)
      }),
    end: Effect.sync(() => {
      if (watched && drawn > 0) process.stderr.write("\n")
    })
  }
}
