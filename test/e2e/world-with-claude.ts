/** A server of one test's own whose Claude is a loopback server, told beforehand what to say. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { type FakeAnthropic, fakeAnthropic } from "../fakes/anthropic.ts"
import type { Environment } from "../support/server.ts"
import { openWorld, type World } from "./world.ts"

export interface WorldWithClaude {
  readonly fake: FakeAnthropic
  readonly world: World
  /** Ends both. */
  readonly close: () => Promise<void>
}

export const openWorldWithClaude = async (more: Environment = {}): Promise<WorldWithClaude> => {
  const scope = Effect.runSync(Scope.make())
  const fake = await Effect.runPromise(Scope.provide(fakeAnthropic, scope))
  const world = await openWorld({
    RATE_LIMIT: "off",
    ANTHROPIC_API_KEY: "a key of the loopback server",
    ANTHROPIC_BASE_URL: fake.url,
    ...more
  })
  return {
    fake,
    world,
    close: async () => {
      await world.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
    }
  }
}
