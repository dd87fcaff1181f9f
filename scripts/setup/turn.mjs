// Two commands on a fresh clone must not install into each other: one works, the other waits.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { Problem } from "./say.mjs"

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause.code === "EPERM"
  }
}

const claim = (file) => {
  try {
    const handle = openSync(file, "wx")
    writeSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (cause) {
    if (cause.code === "EEXIST") return false
    throw cause
  }
}

const holder = (file) => {
  try {
    return Number(readFileSync(file, "utf8")) || undefined
  } catch {
    return undefined
  }
}

/** Runs the work while no other process of this folder does. */
export const inTurn = async (folder, work) => {
  const file = join(folder, "busy")
  try {
    mkdirSync(folder, { recursive: true })
    for (let told = false; !claim(file); ) {
      const pid = holder(file)
      if (pid !== undefined && !alive(pid)) rmSync(file, { force: true })
      else {
        if (!told && pid !== undefined) process.stderr.write(`Waiting for process ${pid}, which installs here …\n`)
        told ||= pid !== undefined
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  } catch (cause) {
    throw new Problem(
      `${folder} cannot be written (${cause.code ?? cause.message}); give this folder to your user (chown -R) and run the command again.`
    )
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}
