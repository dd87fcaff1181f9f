// What each npm script does. Begins on any Node from 18 on, sets up what is missing, goes on under Node 22.
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { runNode } from "./setup/child.mjs"
import { prepare, root } from "./setup/prepare.mjs"
import { Problem } from "./setup/say.mjs"

const main = join(root, "src", "main.ts")
const tool = (...path) => join(root, "node_modules", ...path)

// Each task is a list of Node command lines, run one after another until one fails.
const tasks = {
  start: (rest) => [[main, "serve", ...rest]],
  cli: (rest) => [[main, ...rest]],
  test: (rest) => [[tool("vitest", "vitest.mjs"), "run", ...rest]],
  format: () => [
    [tool("@biomejs", "biome", "bin", "biome"), "check", "--write", "."],
    [join(root, "scripts", "env-example.ts")],
    [join(root, "scripts", "contract.ts")]
  ],
  check: () => [
    [tool("typescript", "bin", "tsc"), "-p", "."],
    [tool("typescript", "bin", "tsc"), "-p", "console"],
    [tool("@biomejs", "biome", "bin", "biome"), "check", "."],
    [join(root, "scripts", "house-rules.ts")],
    [join(root, "scripts", "env-example.ts"), "--check"],
    [join(root, "scripts", "contract.ts"), "--check"]
  ],
  bench: (rest) => [[join(root, "bench", "run.ts"), ...rest]],
  simulate: (rest) => [[join(root, "test", "simulation", "main.ts"), ...rest]]
}

/** What runs the product itself needs no tools for tests and checks, so a first start does not wait for them. */
const PRODUCT = ["start", "cli"]

/**
 * A server that waits for travelers should be small: a young generation of 4 MiB and one malloc arena save a fifth of
 * its resident memory. A loaded server wants more: docs/decisions/small-idle-server.md.
 */
const SERVER_FLAGS = ["--max-semi-space-size=4"]
const SERVER_ENVIRONMENT = { MALLOC_ARENA_MAX: "1", NODE_DISABLE_COMPILE_CACHE: "1" }

/** What was made of the sources at the last start serves this one: docs/decisions/kept-code.md. */
const keptCode = join(root, "scripts", "setup", "kept-code.mjs")
const KEPT_CODE = ["--import", pathToFileURL(keptCode).href]

/** Becomes the server: the flags have to stand before it begins, and a waiting parent would cost 45 MB. */
const becomeServer = (node, [file, ...args]) => {
  if (node !== process.execPath || typeof process.execve !== "function") return false
  process.execve(node, [node, ...SERVER_FLAGS, ...KEPT_CODE, file, ...args], { ...process.env, ...SERVER_ENVIRONMENT })
}

const run = async (task, rest) => {
  const node = await prepare({ withDev: !PRODUCT.includes(task) })
  const commands = tasks[task](rest)
  if (task === "start" && becomeServer(node, commands[0]) === false) {
    Object.assign(process.env, SERVER_ENVIRONMENT)
    process.exitCode = await runNode(node, [...SERVER_FLAGS, ...KEPT_CODE, ...commands[0]])
    return
  }
  if (node === process.execPath && PRODUCT.includes(task)) {
    // Already the right Node: no second process that only waits for the first.
    const [[file, ...args]] = commands
    process.argv = [process.execPath, file, ...args]
    await import(pathToFileURL(keptCode).href)
    await import(pathToFileURL(file).href)
    return
  }
  let code = 0
  for (const command of commands) {
    code = await runNode(node, PRODUCT.includes(task) ? [...KEPT_CODE, ...command] : command)
    if (code !== 0) break
  }
  process.exitCode = code
}

/** Runs a task of the table; ends with its exit code, or with one sentence where it could not begin. */
export const runTask = async (task, rest) => {
  if (!Object.hasOwn(tasks, task ?? "")) {
    process.stderr.write(`There is no task "${task ?? ""}"; there are ${Object.keys(tasks).join(", ")}.\n`)
    process.exitCode = 2
    return
  }
  try {
    await run(task, rest)
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    process.stderr.write(`${cause.message}\n`)
    process.exitCode = cause.code
  }
}
