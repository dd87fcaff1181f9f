// Entry point of every npm script.
import { runTask } from "./tasks.mjs"

const [task, ...rest] = process.argv.slice(2)
await runTask(task, rest)
