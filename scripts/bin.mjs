#!/usr/bin/env node
// The package's command: the CLI, under the right Node whichever one starts it.
import { runTask } from "./tasks.mjs"

await runTask("cli", process.argv.slice(2))
