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

/** A plan waits for what Claude says as long as a busy machine needs: a test asks who ranked, not how soon. */
const PATIENT: Environment = {
  PLAN_DEADLINE: "4m",
  LLM_TIMEOUT: "2m",
  LLM_LEDGER_PATIENCE: "2m",
  HTTP_REQUEST_TIMEOUT: "5m"
}

export const openWorldWithClaude = async (more: Environment = {}): Promise<WorldWithClaude> => {
  const scope = Effect.runSync(Scope.make())
  const fake = await Effect.runPromise(Scope.provide(fakeAnthropic, scope))
  const world = await openWorld({
    RATE_LIMIT: "off",
    ANTHROPIC_API_KEY: "a key of the loopback server",
    ANTHROPIC_BASE_URL: fake.url,
    ...PATIENT,
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
