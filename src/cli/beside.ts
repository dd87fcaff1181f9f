/** What a seeding says to the server that started it, and how it ends with that server, however that ends. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import type { SeedError } from "../services/city-seeder.ts"
import type { SeedingLine } from "../services/seeding-apart.ts"

/** Oftener than this nobody looks. */
const EVERY_MS = 250
/** Whoever waits for the database while the server is gone is waited for no longer. */
const GRACE_MS = 5_000

const say = (line: SeedingLine) => Console.log(JSON.stringify(line))

/** Whether it may go better the next time: what a file says does not change, what is away comes back. */
const worthAgain = ({ _tag }: SeedError) => _tag === "CatalogStoreError" || _tag === "VectorIndexUnavailable"

/** Ends when standard input does: the server holds its other end, and so does nobody else. */
const serverGone = Effect.callback<void>((resume) => {
  const gone = () => {
    setTimeout(() => process.exit(1), GRACE_MS).unref()
    resume(Effect.void)
  }
  process.stdin.once("end", gone).once("error", gone).resume()
  return Effect.sync(() => process.stdin.destroy())
})

export const beside = () => {
  let told = 0
  return {
    progress: (done: number, total: number): Effect.Effect<void> =>
      Effect.suspend(() => {
        const now = performance.now()
        if (done < total && now - told < EVERY_MS) return Effect.void
        told = now
        return say({ progress: { done, total } })
      }),
    /** Tells the end of it: as what the server reads, and as an exit code. */
    tell: <A>(seeding: Effect.Effect<A, SeedError>) =>
      seeding.pipe(
        Effect.matchEffect({
          onSuccess: (summary) => say({ summary }),
          onFailure: (error) => say({ failed: { message: error.message, retry: worthAgain(error) } })
        }),
        Effect.raceFirst(serverGone)
      )
  }
}
