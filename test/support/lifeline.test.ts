import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { until } from "./server.ts"

const LIFELINE = join(import.meta.dirname, "lifeline.ts")

/** Starts a process that starts another and ties it to itself, and says the other's id. */
const STARTS = `
  const { spawn } = await import("node:child_process")
  const { tied } = await import(${JSON.stringify(LIFELINE)})
  const child = tied(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }))
  console.log(child.pid)
  setInterval(() => {}, 1000)`

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const started = async (): Promise<{ readonly parent: ChildProcess; readonly child: number }> => {
  const parent = spawn(process.execPath, ["--input-type=module", "-e", STARTS], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const [line] = (await once(parent.stdout!, "data")) as [Buffer]
  return { parent, child: Number(line.toString()) }
}

describe("a process that is tied to the one that started it", () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`ends when that is ended by ${signal}`, async () => {
      const { child, parent } = await started()
      assert.isTrue(isThere(child))
      parent.kill(signal)
      await until("the end of the process that it started", () => !isThere(child))
    })
  }
})
