// Runs a program in our place: same terminal, same signals, same end.
import { spawn } from "node:child_process"
import { environment } from "./npm.mjs"
import { Problem } from "./say.mjs"

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"]

/** Runs Node with these arguments; resolves with the exit code, or ends as the child did if a signal ended it. */
export const runNode = (node, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: "inherit", env: environment(node) })
    // A Ctrl-C in a terminal reaches the child by itself; sent twice it would mean "at once".
    const forward = (signal) => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of SIGNALS) process.on(signal, forward)
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      for (const name of SIGNALS) process.removeListener(name, forward)
      if (signal === "SIGILL") {
        reject(
          new Problem("This processor lacks instructions that a native part needs; use a machine made after 2013.", 132)
        )
      } else if (signal !== null) process.kill(process.pid, signal)
      else resolve(code ?? 1)
    })
  })
