/** Loaded first where `MUTATION` names a defect: puts it into the runtime as that is loaded. */
import { registerHooks } from "node:module"
import { MUTATIONS, mutated } from "./mutations.ts"

const name = process.env["MUTATION"] ?? ""
const mutation = MUTATIONS[name]
if (mutation === undefined) throw new Error(`No mutation is called "${name}".`)

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context)
    if (!url.endsWith(`/${mutation.file}`) || loaded.source === undefined || loaded.source === null) return loaded
    const text = typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString()
    return { ...loaded, source: mutated(mutation, text) }
  }
})
