/** A running server with a database of its own, shared by the tests of a file. */
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import type * as SqlClient from "effect/sql/SqlClient"
import { SqlClient as Sql } from "effect/sql/SqlClient"
import { layer } from "../../src/layers/postgres/client.ts"
import { ask } from "../harness/ask.ts"
import {
  command,
  type Environment,
  type Server,
  scratchFolder,
  startServer,
  type Traveler,
  traveler,
  until
} from "../support/server.ts"

// biome-ignore lint/suspicious/noExplicitAny: rows of ad-hoc queries.
export type Rows = ReadonlyArray<any>

export interface World {
  readonly folder: string
  /** Of the database. */
  readonly url: string
  readonly server: () => Server
  /** Ends the server with this signal and starts its successor on the same data. */
  readonly restart: (signal: NodeJS.Signals, environment?: Environment) => Promise<void>
  readonly someone: (options?: { readonly id?: string; readonly role?: string }) => Promise<Traveler>
  /** Reads the database itself. */
  readonly rows: (query: (sql: SqlClient.SqlClient) => Effect.Effect<Rows, unknown>) => Promise<Rows>
  /** The same, again and again until the journal was drained that far. */
  readonly drained: (
    query: (sql: SqlClient.SqlClient) => Effect.Effect<Rows, unknown>,
    enough: (rows: Rows) => boolean
  ) => Promise<Rows>
  /** From now on the database takes no events of trips: what is acknowledged lies in the journal alone. */
  readonly storesNothing: () => Promise<void>
  readonly storesAgain: () => Promise<void>
  /** Runs a command beside the server, on the same data. */
  readonly command: (...args: ReadonlyArray<string>) => Promise<{ readonly code: number | null; readonly said: string }>
  readonly close: () => Promise<void>
}

/** A migrated database of this file's own, at the URL. */
export const freshDatabase = async (): Promise<{ readonly url: string; readonly drop: () => Promise<unknown> }> => {
  const made = await ask("createDatabase", { empty: false })
  if ("problem" in made) throw new Error(made.problem)
  return { url: made.url, drop: () => ask("dropDatabase", made) }
}

/** What stands in a database, asked beside the server. */
export const openRows = (url: string): Pick<World, "rows"> & { readonly close: () => Promise<void> } => {
  const client = ManagedRuntime.make(layer(Redacted.make(url), { maxConnections: 1, applicationName: "e2e" }))
  return { rows: (query) => client.runPromise(Effect.flatMap(Sql, query)), close: () => client.dispose() }
}

export const openWorld = async (environment: Environment = {}, database?: { readonly url: string }): Promise<World> => {
  const own = database === undefined ? await freshDatabase() : undefined
  const url = database?.url ?? own!.url
  const scratch = scratchFolder()
  const settings = { DATABASE_URL: url, ...environment }
  let server = await startServer(settings, scratch.path)
  const { rows, close } = openRows(url)
  return {
    folder: scratch.path,
    url,
    server: () => server,
    restart: async (signal, changes) => {
      await server.stop(signal)
      server = await startServer({ ...settings, ...changes }, scratch.path)
    },
    someone: (options) => traveler(() => server, options),
    rows,
    drained: (query, enough) =>
      until("the rows in the database", async () => {
        const found = await rows(query)
        return enough(found) && found
      }),
    storesNothing: async () => {
      await rows(
        (sql) => sql`
          create function not_now() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`
      )
      await rows(
        (sql) => sql`create trigger not_now before insert on trip_events for each row execute function not_now()`
      )
    },
    storesAgain: async () => {
      await rows((sql) => sql`drop function not_now cascade`)
    },
    command: (...args) => command(args, settings, scratch.path),
    close: async () => {
      await server.stop()
      await close()
      await own?.drop()
      scratch.remove()
    }
  }
}
