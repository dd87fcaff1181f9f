/** The run's scratch folder, named after its process so that a later run can clear up after one that was killed. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { running } from "../../src/layers/embedded/cluster.ts"
import { alive, commandLine } from "../../src/layers/embedded/process.ts"

const PREFIX = "overplanned-test-"

const endRedis = (folder: string): void => {
  try {
    const pid = Number(readFileSync(join(folder, "redis.pid"), "utf8"))
    if (pid > 0 && commandLine(pid).includes("redis-server")) process.kill(pid, "SIGKILL")
  } catch {
    // It has none, or it is gone.
  }
}

const endPostgres = (folder: string): void => {
  const server = running(join(folder, "postgres", "server", "data"))
  if (server !== undefined) process.kill(server.pid, "SIGQUIT")
}

const clearUpAfterKilledRuns = (): void => {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : Number.NaN)
    if (!Number.isInteger(pid) || alive(pid)) continue
    const folder = join(tmpdir(), name)
    try {
      endPostgres(folder)
      endRedis(folder)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    } catch {
      // Another user's run, or another run is clearing it at this moment.
    }
  }
}

export const makeScratch = () => {
  clearUpAfterKilledRuns()
  const folder = join(tmpdir(), `${PREFIX}${process.pid}`)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }) }
}
