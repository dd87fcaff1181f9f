/** Where this release lies, and which it is. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

export const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { readonly version: string }
