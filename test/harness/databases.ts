/** Gives each test file a database of its own: a copy of a template that was migrated once per run. */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import * as Client from "../../src/layers/postgres/client.ts"
import { migrate } from "../../src/layers/postgres/migrator.ts"
import type { Found, Requests } from "./protocol.ts"

const withDatabase = (url: string, name: string): string => {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.toString()
}

const on = <A, E>(url: string, effect: Effect.Effect<A, E, SqlClient>): Promise<A> =>
  effect.pipe(
    Effect.provide(Client.layer(Redacted.make(url), { applicationName: "overplanned tests", maxConnections: 1 })),
    Effect.runPromise
  )

const run = (url: string, statement: string) =>
  on(
    url,
    Effect.flatMap(SqlClient, (sql) => sql.unsafe(statement).unprepared)
  )

export const makeDatabases = (postgres: () => Promise<Found>) => {
  const prefix = `overplanned_test_${randomBytes(4).toString("hex")}`
  const made = new Set<string>()
  let count = 0
  let template: Promise<string> | undefined

  const make = async (url: string, options: string): Promise<string> => {
    const name = `${prefix}_${++count}`
    await run(url, `CREATE DATABASE ${name} ${options}`)
    made.add(name)
    return name
  }
  const migrated = async (url: string): Promise<string> => {
    const name = await make(url, "")
    await on(withDatabase(url, name), migrate())
    return name
  }
  const drop = async (url: string, name: string): Promise<void> => {
    if (!made.delete(name)) return
    await run(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }

  return {
    create: async (empty: boolean): Promise<Requests["createDatabase"]["response"]> => {
      const found = await postgres()
      if (!found.available) return { problem: found.reason }
      if (empty) return { url: withDatabase(found.url, await make(found.url, "")) }
      template ??= migrated(found.url)
      return { url: withDatabase(found.url, await make(found.url, `TEMPLATE ${await template}`)) }
    },
    drop: async (url: string): Promise<void> => {
      const found = await postgres()
      if (found.available) await drop(found.url, new URL(url).pathname.slice(1))
    },
    close: async (): Promise<void> => {
      if (made.size === 0) return
      const found = await postgres()
      if (found.available) for (const name of [...made]) await drop(found.url, name)
    }
  }
}
