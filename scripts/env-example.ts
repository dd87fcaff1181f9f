// Writes .env.example from the table of settings, so that it cannot say something else. With --check it only looks.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { settings } from "../src/config.ts"

const file = new URL("../.env.example", import.meta.url)

const lines = Object.entries(settings).map(
  ([name, setting]) => `# ${setting.doc}\n# Takes ${setting.expects}.\n#${name}=${setting.fallback ?? ""}\n`
)

const text = [
  "# Every setting of Overplanned. Copy to .env and uncomment what should differ from the default shown.",
  "# This file is written from src/config.ts by `npm run format`.",
  "",
  ...lines
].join("\n")

if (process.argv.includes("--check")) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(".env.example is not what src/config.ts says: run npm run format")
    process.exit(1)
  }
} else writeFileSync(file, text)
