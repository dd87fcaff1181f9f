/** The journal seen from outside, while a server may hold its lock: whether its folder takes files, and how much is in it. */
import { constants } from "node:fs"
import { access, readdir, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import type { DependencyHealth } from "../../services/health.ts"
import { LANE_SHARE } from "../../services/journal.ts"

const MIB = 1024 * 1024
const name = "journal"

const bytesIn = async (directory: string): Promise<number> => {
  let bytes = 0
  for (const file of await readdir(directory)) {
    // A segment may be drained and deleted between the two looks.
    bytes += await stat(join(directory, file)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0
    )
  }
  return bytes
}

const isThere = (directory: string) =>
  stat(directory).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return false
      throw cause
    }
  )

export const healthOnDisk = (directory: string, limitBytes: number): Effect.Effect<DependencyHealth> =>
  Effect.tryPromise(async (): Promise<DependencyHealth> => {
    if (!(await isThere(directory))) {
      if (await isThere(dirname(directory))) await access(dirname(directory), constants.W_OK)
      return { name, status: "up", detail: "none yet: the first start makes it" }
    }
    await access(directory, constants.W_OK)
    const bytes = await bytesIn(directory)
    const detail = `${Math.ceil(bytes / MIB)} of ${Math.floor(limitBytes / MIB)} MiB in ${directory}`
    return bytes < limitBytes * LANE_SHARE.signal
      ? { name, status: "up", detail }
      : {
          name,
          status: "degraded",
          detail,
          fix: "It drains while a server runs and the database answers. Raise JOURNAL_DISK_BUDGET if it must hold more."
        }
  }).pipe(
    Effect.orElseSucceed(
      (): DependencyHealth => ({
        name,
        status: "down",
        detail: `${directory} cannot be read and written`,
        fix: "Give the user that runs the server the rights to the data directory (OVERPLANNED_DATA_DIR)."
      })
    )
  )
