/** A model with weights by hand in the registry of a server, as if it had been trained: it prefers places in a given order. */
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { encodeFactors, FACTORS_MODEL_TYPE } from "../../src/domain/rankers/factors.ts"
import type { World } from "../e2e/world.ts"

export const registerFactors = async (world: World, version: string, preferred: ReadonlyArray<string>) => {
  const folder = join(world.folder, "models", "bpr", version)
  mkdirSync(folder, { recursive: true })
  const bytes = encodeFactors({
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
  writeFileSync(join(folder, "factors.bin"), bytes)
  const checksum = createHash("sha256").update(bytes).digest("hex")
  await world.rows(
    (sql) => sql`insert into model_registry
      (id, model_name, model_version, model_type, stage, artifact_path, artifact_sha256)
      values (gen_random_uuid(), 'bpr', ${version}, ${FACTORS_MODEL_TYPE}, 'staging',
        ${`bpr/${version}/factors.bin`}, ${checksum})`
  )
}
