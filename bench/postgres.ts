/** A PostgreSQL of the benchmark's own that flushes like a production one, with the schema in it. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { bundled, installed } from "../src/layers/embedded/binaries.ts"
import * as Cluster from "../src/layers/embedded/cluster.ts"
import { plan } from "../src/layers/embedded/run-as.ts"
import { layer } from "../src/layers/postgres/client.ts"
import { migrate } from "../src/layers/postgres/migrator.ts"
import { portToComeBackTo } from "../test/harness/port.ts"

/** Started in `folder`, stopped with the scope; meanwhile it may be stopped and started again at the same address. `schema`: the migrations of another release. */
export const ownPostgres = (folder: string, schema?: string) =>
  Effect.gen(function* () {
    const home = join(folder, "postgres")
    mkdirSync(home, { recursive: true })
    const binaries = (yield* installed) ?? (yield* bundled)
    const how = yield* plan(binaries, home)
    const secret = Cluster.password(home)
    yield* Cluster.initialise(how, binaries, secret)
    const port = yield* Effect.promise(portToComeBackTo)
    let pid: number = yield* Cluster.start(how, port)
    yield* Effect.addFinalizer(() => Effect.ignore(Cluster.stop(pid)))
    const url = `postgres://${Cluster.USER}:${encodeURIComponent(secret)}@127.0.0.1:${port}/postgres`
    yield* migrate(schema).pipe(Effect.provide(layer(Redacted.make(url))))
    return {
      url,
      port,
      get pid() {
        return pid
      },
      version: binaries.version,
      stop: Effect.suspend(() => Cluster.stop(pid)),
      start: Effect.map(Cluster.start(how, port), (next) => {
        pid = next
      })
    }
  })
