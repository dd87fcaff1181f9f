/** What can be known about a process from outside: whether it lives, and whether it is still the one we meant. */
import { execFileSync } from "node:child_process"
import { readFileSync, readlinkSync } from "node:fs"

/** Whether a process with this id exists, ours or not. */
export const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}

const statOf = (pid: number): ReadonlyArray<string> | undefined => {
  if (process.platform !== "linux") return undefined
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The program's name stands in parentheses and may itself hold spaces and parentheses.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")
  } catch {
    return undefined
  }
}

const isZombie = (pid: number): boolean => statOf(pid)?.[0] === "Z"

/** A mark that differs between two processes that get the same id one after the other; empty if unknown. */
const startMark = (pid: number): string => {
  if (process.platform === "linux") return statOf(pid)?.[19] ?? ""
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim()
  } catch {
    return ""
  }
}

/** The command line of a process; empty if it cannot be read. */
export const commandLine = (pid: number): string => {
  try {
    return process.platform === "linux"
      ? readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      : execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" })
  } catch {
    return ""
  }
}

/** The working folder of a process, which for a PostgreSQL server is its data directory; undefined if unknown. */
export const workingFolder = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

/** Names one process for good: its id, and when it started. */
export const nameOf = (pid: number): string => `${pid} ${startMark(pid)}`.trim()

/** Whether the process so named still runs. */
export const isRunning = (name: string): boolean => {
  const [id, ...mark] = name.trim().split(" ")
  const pid = Number(id)
  if (!Number.isInteger(pid) || pid <= 0 || !alive(pid)) return false
  return mark.length === 0 || startMark(pid) === mark.join(" ")
}
