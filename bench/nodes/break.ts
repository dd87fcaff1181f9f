/** Loaded first where `BREAK` names a defect: puts it into a server as that is loaded, so that one sees whether the checks can see it. */
import { registerHooks } from "node:module"

export const BREAKS: Readonly<
  Record<string, { readonly file: string; readonly find: string; readonly replace: string }>
> = {
  "no fence": {
    file: "src/layers/postgres/journal-sink/fence.ts",
    find: "if (stale.length === 0) return",
    replace: "if (stale.length >= 0) return"
  },
  "always acknowledge": {
    file: "src/cases/nodes/keeper.ts",
    find: "refusal: () => refusal,",
    replace: "refusal: () => undefined,"
  }
}

const broken = BREAKS[process.env["BREAK"] ?? ""]

if (broken !== undefined) {
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      if (!url.endsWith(`/${broken.file}`) || loaded.source === undefined || loaded.source === null) return loaded
      const parts = Buffer.from(loaded.source as Uint8Array)
        .toString()
        .split(broken.find)
      if (parts.length !== 2)
        throw new Error(`The place to break stands ${parts.length - 1} times in ${broken.file}, not once.`)
      return { ...loaded, source: parts.join(broken.replace) }
    }
  })
}
