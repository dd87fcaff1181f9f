/** Loaded before the runtime where `MUTATION` names a defect: puts it into that as it is loaded. */
import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { fileURLToPath } from "node:url"
import { MUTATIONS, mutated } from "./mutations.ts"

const name = process.env["MUTATION"] ?? ""
const mutation = MUTATIONS[name]
if (mutation === undefined) throw new Error(`No mutation is called "${name}".`)

registerHooks({
  load: (url, context, next) => {
    if (!url.endsWith(`/${mutation.file}`)) return next(url, context)
    // Nothing of it is kept for the next run, which has another defect or none.
    const source = mutated(mutation, readFileSync(fileURLToPath(url), "utf8"))
    return { format: "module-typescript", source, shortCircuit: true }
  }
})
