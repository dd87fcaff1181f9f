import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

/** Installs the packages that are only compared with, as their own lockfile says. False when it cannot be done here. */
export const installPeers = (): boolean => {
  const folder = import.meta.dirname
  if (existsSync(join(folder, "node_modules", ".package-lock.json"))) return true
  console.error("installing what is compared with (bench/peers)…")
  const npm = process.platform === "win32" ? "npm.cmd" : "npm"
  return (
    spawnSync(npm, ["ci", "--no-audit", "--no-fund"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
      .status === 0
  )
}
