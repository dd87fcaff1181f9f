import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** What computes alone: no service, no server, nothing that is left in a process. These files share theirs, which loads the sources once. */
const ALONE = [
  "test/domain/**/*.test.ts",
  "test/data/**/*.test.ts",
  "test/client/**/*.test.ts",
  "test/training/learn/**/*.test.ts"
]

/**
 * What takes longest, in computing or in waiting. Vitest begins with the files that are longest to read, which these mostly are not:
 * begun last, they would be waited for alone.
 */
const LONG =
  /\/test\/(chaos\/chaos|simulation\/simulation|training\/(dlrm|sasrec|two-tower)-model|attack\/requests|console\/(accessible|away)|cli\/match|contract\/vector-index|e2e\/trainer)\.test\.ts$/

class LongFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    // Only there to end a test that hangs; what a thing may take is asserted by the benchmarks, on a quiet machine.
    // Several times what a busy machine needs: a test that hangs may be late to say so, one that works must not fail.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // As the program itself is loaded: each file's process finds its hundreds of modules without a look into every folder.
    execArgv: ["--import", new URL("./scripts/setup/kept-code.mjs", import.meta.url).href],
    // One more than the processors of a small machine: a test that waits for a server, a timer or a browser leaves one idle.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
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
