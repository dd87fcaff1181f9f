// Everything between a fresh clone and the first line of ours: a right Node, and the packages of the lockfile.
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { dependenciesReady, installDependencies } from "./dependencies.mjs"
import { fetchNode, nodeAtHand } from "./node.mjs"
import { checkPlatform, describePlatform } from "./platform.mjs"
import { inTurn } from "./turn.mjs"

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..")

/** Resolves with the path of the Node to use. Says nothing and takes milliseconds when all is in place. */
export const prepare = async ({ withDev }) => {
  const folder = join(root, ".toolchain")
  const ready = nodeAtHand(folder)
  if (ready !== undefined && dependenciesReady(root, ready, withDev)) return ready.path
  checkPlatform(describePlatform())
  return inTurn(folder, async () => {
    const node = nodeAtHand(folder) ?? (await fetchNode(folder))
    if (!dependenciesReady(root, node, withDev)) await installDependencies(root, node, withDev)
    return node.path
  })
}
