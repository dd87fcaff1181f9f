import { defineConfig } from "vitest/config"

/** What computes alone: no service, no server, nothing that is left in a process. These files share theirs, which loads the sources once. */
const ALONE = [
  "test/domain/**/*.test.ts",
  "test/data/**/*.test.ts",
  "test/client/**/*.test.ts",
  "test/training/learn/**/*.test.ts"
]

export default defineConfig({
  test: {
    // Only there to end a test that hangs; what a thing may take is asserted by the benchmarks, on a quiet machine.
    // Several times what a busy machine needs: a test that hangs may be late to say so, one that works must not fail.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // As the program itself is loaded: each file's process finds its hundreds of modules without a look into every folder.
    execArgv: ["--import", new URL("./scripts/setup/kept-code.mjs", import.meta.url).href],
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "services",
          include: ["test/**/*.test.ts"],
          exclude: ALONE,
          globalSetup: ["test/harness/global-setup.ts"]
        }
      },
      { extends: true, test: { name: "alone", include: ALONE, isolate: false } }
    ]
  }
})
