/** What processes have cost so far, from the kernel's own books: on a shared machine the honest half of every rate. */
import { readdirSync, readFileSync } from "node:fs"

const TICK_MS = 10

const parse = (pid: string): { readonly parent: string; readonly millis: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
    return { parent: fields[1]!, millis: (Number(fields[11]) + Number(fields[12])) * TICK_MS }
  } catch {
    return undefined
  }
}

/** CPU milliseconds of a process and its living children; 0 where there is no /proc. */
export const cpuMillis = (pid: number): number => {
  let sum = 0
  try {
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue
      const seen = parse(name)
      if (seen !== undefined && (name === String(pid) || seen.parent === String(pid))) sum += seen.millis
    }
  } catch {
    return 0
  }
  return sum
}
