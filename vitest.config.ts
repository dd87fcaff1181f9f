import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/harness/global-setup.ts"],
    // Only there to end a test that hangs; what a thing may take is asserted by the benchmarks, on a quiet machine.
    // Several times what a busy machine needs: a test that hangs may be late to say so, one that works must not fail.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: "forks",
    maxWorkers: 2
  }
})
