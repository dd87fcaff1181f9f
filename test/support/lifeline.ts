/** A process that ends with the one that started it, however that ends: also by a signal that nobody can handle. */
import { type ChildProcess, spawn } from "node:child_process"
import type { Socket } from "node:net"

/**
 * Holds a pipe open for as long as we live. When it closes, whoever reads it asks the process to end. Detached, so that a signal to
 * our whole group leaves it time to do so.
 */
export const tied = <A extends ChildProcess>(child: A): A => {
  if (child.pid === undefined) return child
  const watch = spawn("sh", ["-c", 'read -r _; kill -TERM "$0"', String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true
  })
  // Without a shell there is nothing to hold.
  watch.once("error", () => undefined)
  watch.unref()
  ;(watch.stdin as Socket).unref()
  child.once("exit", () => void watch.kill("SIGKILL"))
  return child
}
