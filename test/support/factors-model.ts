/** A model with weights by hand in the registry of a server, as if it had been trained: it prefers places in a given order. */
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { encodeFactors, FACTORS_MODEL_TYPE } from "../../src/domain/rankers/factors.ts"
import { VIBE_DIMENSIONS } from "../../src/domain/vocabulary.ts"
import type { World } from "../e2e/world.ts"

export const registerFactors = (world: World, version: string, preferred: ReadonlyArray<string>) =>
  register(
    world,
    version,
    encodeFactors({
      users: ["somebody"],
      items: preferred,
      model: {
        width: 1,
        users: Float32Array.of(0.1),
        items: new Float32Array(preferred.length),
        biases: Float32Array.from(preferred, (_, i) => -i / preferred.length)
      },
      cold: undefined
    })
  )

/** One that was trained on none of the places, and goes by the first number of their vibes. */
export const registerColdFactors = (world: World, version: string) => {
  const weights = new Float64Array((VIBE_DIMENSIONS + 1) * 2)
  weights[0] = 1
  return register(
    world,
    version,
    encodeFactors({
      users: ["somebody"],
      items: ["a place that is gone"],
      model: { width: 1, users: Float32Array.of(0.1), items: Float32Array.of(0), biases: Float32Array.of(0) },
      cold: { inputs: VIBE_DIMENSIONS, outputs: 2, weights }
    })
  )
}

const register = async (world: World, version: string, bytes: Uint8Array) => {
  const folder = join(world.folder, "models", "bpr", version)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "factors.bin"), bytes)
  const checksum = createHash("sha256").update(bytes).digest("hex")
  await world.rows(
    (sql) => sql`insert into model_registry
      (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
      values (gen_random_uuid(), 'bpr', ${version}, ${FACTORS_MODEL_TYPE}, 'staging',
        ${`bpr/${version}/factors.bin`}, ${checksum})`
  )
}
