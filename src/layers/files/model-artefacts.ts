import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { realpath } from "node:fs/promises"
import { resolve, sep } from "node:path"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ModelArtefacts } from "../../services/model-artefacts.ts"

export const layer = (modelsDir: string): Layer.Layer<ModelArtefacts> =>
  Layer.succeed(ModelArtefacts, {
    checksum: (artifactPath) =>
      Effect.promise(async () => {
        try {
          const home = await realpath(modelsDir)
          // The registry is data, and data does not choose what we open.
          const file = await realpath(resolve(home, artifactPath))
          if (!file.startsWith(home + sep)) return undefined
          const hash = createHash("sha256")
          await pipeline(createReadStream(file), hash)
          return hash.digest("hex")
        } catch {
          return undefined
        }
      })
  })
