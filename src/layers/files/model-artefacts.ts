import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { readFile, realpath } from "node:fs/promises"
import { resolve, sep } from "node:path"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ArtefactUnusable, ModelArtefacts } from "../../services/model-artefacts.ts"

export const layer = (modelsDir: string): Layer.Layer<ModelArtefacts> => {
  /** Undefined where there is no such file inside the models' folder: the registry is data, and data does not choose what we open. */
  const locate = async (artifactPath: string): Promise<string | undefined> => {
    try {
      const home = await realpath(modelsDir)
      const file = await realpath(resolve(home, artifactPath))
      return file.startsWith(home + sep) ? file : undefined
    } catch {
      return undefined
    }
  }
  return Layer.succeed(ModelArtefacts, {
    checksum: (artifactPath) =>
      Effect.promise(async () => {
        const file = await locate(artifactPath)
        if (file === undefined) return undefined
        try {
          const hash = createHash("sha256")
          await pipeline(createReadStream(file), hash)
          return hash.digest("hex")
        } catch {
          return undefined
        }
      }),
    read: (artifactPath, sha256) =>
      Effect.tryPromise({
        try: async () => {
          const file = await locate(artifactPath)
          if (file === undefined) throw new Error(`${artifactPath} is not in MODELS_DIR`)
          const bytes = await readFile(file)
          if (sha256 !== null && createHash("sha256").update(bytes).digest("hex") !== sha256) {
            throw new Error(`${artifactPath} is not the file that was registered`)
          }
          return bytes
        },
        catch: (cause) =>
          new ArtefactUnusable({
            message: `${cause instanceof Error ? cause.message : String(cause)}. Put its file there, or train it again.`
          })
      })
  })
}
