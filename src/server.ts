/**
 * The server's part of the composition root, kept from `main.ts` only because most commands do without it and should
 * not pay for loading it.
 */
import { join } from "node:path"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import { Config } from "./config.ts"
import { LOCAL_MODEL } from "./domain/rankers/local.ts"
import * as Gateway from "./http/gateway.ts"
import * as Absent from "./http/handlers/absent.ts"
import * as Cities from "./http/handlers/cities.ts"
import * as People from "./http/handlers/people.ts"
import * as UwsHttpServer from "./http/uws/UwsHttpServer.ts"
import * as FileJournal from "./layers/journal/journal.ts"
import * as PostgresCatalog from "./layers/postgres/catalog.ts"
import * as PostgresCompanions from "./layers/postgres/companions.ts"
import { decisionsHandler } from "./layers/postgres/journal-sink/decisions.ts"
import { receiptsHandler, usersHandler } from "./layers/postgres/journal-sink/people.ts"
import { signalsHandler } from "./layers/postgres/journal-sink/signals.ts"
import * as PostgresSink from "./layers/postgres/journal-sink/sink.ts"
import * as PostgresReceipts from "./layers/postgres/receipts.ts"
import * as PostgresSignalReferences from "./layers/postgres/signal-references.ts"
import { Idempotency } from "./services/idempotency.ts"
import { ModelInForce } from "./services/model-in-force.ts"
import { Newcomers } from "./services/newcomers.ts"
import * as SignalIntake from "./services/signal-intake.ts"

/** The longest record the journal takes: a candidate set of 200 with its features, several times over. */
const RECORD_BYTES = 4 * 1024 * 1024

/** Families of journal records, in the order in which they are stored: whom others refer to comes first. */
const families = [usersHandler, receiptsHandler, signalsHandler, decisionsHandler]

const journal = Layer.unwrap(
  Effect.map(Config, (settings) =>
    FileJournal.layer({
      directory: join(settings.OVERPLANNED_DATA_DIR, "journal"),
      batchRecords: settings.JOURNAL_DRAIN_BATCH,
      segmentBytes: settings.JOURNAL_SEGMENT_SIZE,
      diskBytes: settings.JOURNAL_DISK_BUDGET,
      bufferBytes: settings.JOURNAL_MEMORY_BUDGET,
      recordBytes: RECORD_BYTES
    })
  )
).pipe(Layer.provide([PostgresSink.recordTypes(families), PostgresSink.layer(families)]))

const signals = Layer.unwrap(
  Effect.map(Config, (settings) =>
    SignalIntake.layer({
      maxAheadMillis: settings.SIGNAL_MAX_AHEAD,
      maxAgeMillis: settings.SIGNAL_MAX_AGE,
      rememberedIds: settings.SIGNAL_REMEMBERED_IDS,
      lookUpMillis: settings.SIGNAL_LOOK_UP
    })
  )
).pipe(Layer.provide(PostgresSignalReferences.layer))

const httpServer = Layer.unwrap(
  Effect.map(Config, (settings) =>
    UwsHttpServer.layer({
      host: settings.HOST,
      port: settings.PORT,
      maxBodySize: settings.HTTP_MAX_BODY,
      drainTimeout: settings.HTTP_DRAIN_TIMEOUT
    })
  )
)

const announce = Layer.effectDiscard(
  Effect.gen(function* () {
    const { address } = yield* HttpServer.HttpServer
    yield* Console.log(`Overplanned answers on ${HttpServer.formatAddress(address)}`)
  })
)

const groups = Layer.mergeAll(Absent.layer, People.layer, Cities.layer)

export const server = (options: {
  readonly role: "all" | "gateway" | "worker"
  readonly version: string
  readonly root: string
}) =>
  announce.pipe(
    Layer.provideMerge(Gateway.layer({ version: options.version, consoleFolder: `${options.root}console` }, groups)),
    Layer.provide([
      Layer.succeed(ModelInForce, ModelInForce.of({ forUser: () => LOCAL_MODEL })),
      Newcomers.layer,
      Idempotency.layer.pipe(Layer.provide(PostgresReceipts.layer)),
      PostgresCompanions.layer,
      signals
    ]),
    Layer.provide(journal),
    Layer.provide(PostgresCatalog.layer),
    Layer.provide(Layer.merge(httpServer, HttpServer.layerServices))
  )
