/** Who this server is among those of its database. */
import { hkdfSync, timingSafeEqual } from "node:crypto"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Keeper from "../cases/nodes/keeper.ts"
import { Config, type Settings } from "../config.ts"
import type { Node, Role } from "../domain/nodes/standing.ts"
import * as Keepsakes from "../layers/files/keepsakes.ts"
import { placeOf } from "../layers/files/place.ts"
import * as FileJournal from "../layers/journal/journal.ts"
import * as PostgresErasedSubjects from "../layers/postgres/erased-subjects.ts"
import * as PostgresLeases from "../layers/postgres/nodes/leases.ts"
import { agreedErasureKey } from "../layers/postgres/nodes/shared-secrets.ts"
import { Peers } from "../services/peers.ts"
import { newId } from "../support/new-id.ts"
import { version } from "./release.ts"

export const journalDirectory = (settings: Settings): string => join(settings.OVERPLANNED_DATA_DIR, "journal")

const self = (role: Role, joins: boolean) =>
  Effect.gen(function* () {
    const settings = yield* Config
    const dataDir = settings.OVERPLANNED_DATA_DIR
    mkdirSync(dataDir, { recursive: true })
    return {
      directory: yield* Keepsakes.directoryId(dataDir),
      incarnation: newId(Date.now()),
      name: settings.OVERPLANNED_NODE_ID ?? (yield* Keepsakes.nodeId(dataDir)),
      role,
      release: version,
      place: placeOf(dataDir),
      acks: settings.JOURNAL_ACKS,
      address: joins ? (settings.NODE_ADDRESS ?? null) : null
    } satisfies Node
  })

/** Commands join nobody: nothing listens at their address. In the order in which it is built: the lock of the data directory proves that whoever worked there before is gone. */
export const ownership = (role: Role, joins = false) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const settings = yield* Config
      yield* FileJournal.lockDirectory(journalDirectory(settings))
      return Keeper.layer(yield* self(role, joins), joins && settings.NODE_WAITS)
    })
  ).pipe(Layer.provideMerge(PostgresLeases.layer))

/** What servers show each other follows from the key that they share already. */
const peers = (key: string) => {
  const mark = Buffer.from(hkdfSync("sha256", key, "", "overplanned: what servers show each other", 32)).toString("hex")
  const known = Buffer.from(mark)
  return Layer.succeed(Peers)({
    mark,
    isPeer: (shown) => shown?.length === mark.length && timingSafeEqual(Buffer.from(shown), known)
  })
}

/** Who was erased, under the key that all servers of the database share, and how those know each other. */
export const shared = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Config
    const dataDir = settings.OVERPLANNED_DATA_DIR
    const jwks = settings.AUTH_JWKS_URL?.toString()
    const secret = Redacted.value(settings.AUTH_SECRET ?? Redacted.make(yield* Keepsakes.authSecret(dataDir)))
    const key = yield* agreedErasureKey({
      directory: yield* Keepsakes.directoryId(dataDir),
      tokens: JSON.stringify([jwks ?? secret, settings.AUTH_AUDIENCE, settings.AUTH_ISSUER]),
      seal: secret,
      erasureKey: Keepsakes.erasureKey(dataDir)
    })
    if (Keepsakes.erasureKey(dataDir) !== key) yield* Keepsakes.replaceErasureKey(dataDir, key)
    return Layer.merge(PostgresErasedSubjects.layer(Redacted.make(key)), peers(key))
  })
)
