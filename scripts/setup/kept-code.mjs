// Loaded before the program (`node --import`): keeps what Node makes of the sources, so that the next start need not make it
// again. Why, and what it saves: docs/decisions/kept-code.md. Without a folder that may be written, all goes on as before.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import * as module from "node:module"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { crc32 } from "node:zlib"

const root = join(import.meta.dirname, "..", "..")
const kept = join(root, "node_modules", ".cache", "overplanned")
const ours = pathToFileURL(join(root, "/")).href
const installed = `${ours}node_modules/`
/** Of its many files each is a module of JavaScript, and none stands where a link leads elsewhere. */
const effect = `${installed}effect/dist/`

/** Of the source and of who strips it: what was kept of other bytes, or by another Node, or was cut short, is not taken. */
const headOf = (source, stripped) =>
  Buffer.from(`// ${process.version} ${source.length} ${crc32(source)} ${stripped.length} ${crc32(stripped)}\n`)

/** One file for each source, so that there are never more than sources: an edited one takes its place. */
const placeOf = (path) => join(kept, relative(root, path).replaceAll(/[\\/]/g, "+"))

const read = (place, source) => {
  try {
    const bytes = readFileSync(place)
    const stripped = bytes.subarray(bytes.indexOf("\n") + 1)
    const head = headOf(source, stripped)
    return bytes.subarray(0, head.length).equals(head) ? stripped : undefined
  } catch {
    return undefined
  }
}

let mayWrite = true
/** Put in place whole: several programs start at once. */
const write = (place, bytes) => {
  if (!mayWrite) return
  const draft = `${place}.${process.pid}`
  try {
    writeFileSync(draft, bytes, { mode: 0o600 })
    renameSync(draft, place)
  } catch {
    mayWrite = false
  }
}

/** Node strips types by itself without a word; asked to, it warns each time that it may do so otherwise one day. */
const strip = (source) => {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return Buffer.from(module.stripTypeScriptTypes(source.toString()))
  } finally {
    process.emitWarning = emitWarning
  }
}

const isOurs = (url) => url.startsWith(ours) && !url.includes("/node_modules/")

const load = (url, context, next) => {
  if (!url.endsWith(".ts") || !isOurs(url)) return next(url, context)
  const path = fileURLToPath(url)
  const source = readFileSync(path)
  const place = placeOf(path)
  let stripped = read(place, source)
  if (stripped === undefined) {
    stripped = strip(source)
    write(place, Buffer.concat([headOf(source, stripped), stripped]))
  }
  return { format: "module", source: stripped, shortCircuit: true }
}

/** What a package is called by our sources, and where it lies: the same for each of them, which Node looks up for each anew. */
const packages = new Map()

const ofPackage = (specifier, context, next) => {
  let found = packages.get(specifier)
  if (found === undefined) {
    const { format, url } = next(specifier, context)
    found = { format, url, shortCircuit: true }
    packages.set(specifier, found)
  }
  return found
}

/** Where a module lies that another one imports: seen from the name alone, where it stands beside who asks. */
const resolve = (specifier, context, next) => {
  const { conditions, importAttributes, parentURL } = context
  if (parentURL === undefined || !conditions.includes("import") || Object.keys(importAttributes).length > 0) {
    return next(specifier, context)
  }
  const isBeside = specifier.startsWith("./") || specifier.startsWith("../")
  if (isOurs(parentURL)) {
    if (!isBeside && !specifier.startsWith("file:")) return ofPackage(specifier, context, next)
    if (isBeside && specifier.endsWith(".ts")) {
      return { url: new URL(specifier, parentURL).href, format: "module-typescript", shortCircuit: true }
    }
  } else if (isBeside && specifier.endsWith(".js") && parentURL.startsWith(effect)) {
    return { url: new URL(specifier, parentURL).href, format: "module", shortCircuit: true }
  }
  return next(specifier, context)
}

try {
  mkdirSync(kept, { recursive: true, mode: 0o700 })
  module.enableCompileCache(join(kept, "compiled"))
  module.registerHooks({ load, resolve })
} catch {
  // Nobody may write here: nothing is kept.
}
