/**
 * fast-check, with its tries drawn from a seed: what lands must not hang on the luck of a draw, and what failed once fails
 * again. `TEST_SEED=<word>` makes other tries, for whoever looks for what nobody has found yet.
 */
import { createHash } from "node:crypto"
import * as fc from "fast-check"

const seed = createHash("sha256")
  .update(process.env["TEST_SEED"] ?? "1")
  .digest()
  .readInt32BE()

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

export { fc }
