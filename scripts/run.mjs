// Entry point of every npm script. Works on any Node from 18 on.
import { spawnSync } from "node:child_process"

const [task, ...rest] = process.argv.slice(2)
const node = (...args) => spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1
const tasks = {
  start: () => node("src/main.ts", "serve", ...rest),
  cli: () => node("src/main.ts", ...rest),
  test: () => node("node_modules/vitest/vitest.mjs", "run", ...rest),
  format: () => node("node_modules/@biomejs/biome/bin/biome", "check", "--write", "."),
  check: () =>
    node("node_modules/typescript/bin/tsc", "-p", ".") ||
    node("node_modules/@biomejs/biome/bin/biome", "check", ".") ||
    node("scripts/house-rules.ts"),
  bench: () => node("bench/run.ts", ...rest)
}
process.exit(tasks[task]())
