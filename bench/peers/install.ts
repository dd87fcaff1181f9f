import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

/** Installs the packages that are only compared with, as their own lockfile says. False when it cannot be done here. */
export const installPeers = (): boolean => {
  const folder = import.meta.dirname
  if (existsSync(join(folder, "node_modules", ".package-lock.json"))) return true
  console.error("installing what is compared with (bench/peers)…")
  // Not `ci`: it refuses a lockfile that lacks the peers' optional parts for other platforms. Versions are the lock's all the same.
  const npm = process.platform === "win32" ? "npm.cmd" : "npm"
  return (
    spawnSync(npm, ["install", "--no-save", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"]
    }).status === 0
  )
}
