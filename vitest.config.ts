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
 * What plays a part of the program within its process, and leaves nothing there but counters: these files share theirs too,
 * and none loads anew what the one before had loaded. The layer of the embedded server starts and kills what it likes.
 */
const PARTS = [
  "test/{actors,sources}/**/*.test.ts",
  "test/http/middleware/**/*.test.ts",
  "test/layers/!(embedded)/**/*.test.ts",
  "test/cases/{answers,health,nodes,planning,ranking,signals}/**/*.test.ts"
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

/** Of every project. */
const COMMON = {
  // Only there to end a test that hangs; what a thing may take is asserted by the benchmarks, on a quiet machine.
  // Several times what a busy machine needs: a test that hangs may be late to say so, one that works must not fail.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  pool: "forks",
  // One more than the processors of a small machine: a test that waits for a server, a timer or a browser leaves one idle.
  maxWorkers: 3,
  // As the program itself is loaded: each process finds its hundreds of modules without a look into every folder.
  execArgv: ["--import", new URL("./scripts/setup/kept-code.mjs", import.meta.url).href]
} as const

export default defineConfig({
  test: {
    // Once for all projects, which do not inherit it: they share what it finds.
    globalSetup: ["test/harness/global-setup.ts"],
    maxWorkers: COMMON.maxWorkers,
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { ...COMMON, name: "services", include: ["test/**/*.test.ts"], exclude: [...PARTS, ...ALONE] } },
      { test: { ...COMMON, name: "parts", include: PARTS, isolate: false } },
      { test: { ...COMMON, name: "alone", include: ALONE, isolate: false } }
    ]
  }
})
