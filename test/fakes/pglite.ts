/**
 * PostgreSQL with its extension `vector`, in this process: PGlite behind a loopback socket, for a client that speaks
 * the real protocol. It has one session, so one client at a time is answered and others wait for it to leave.
 */

import type { AddressInfo } from "node:net"
import { createServer, type Socket } from "node:net"
import { PGlite } from "@electric-sql/pglite"
import { vector } from "@electric-sql/pglite-pgvector"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const LENGTH_BYTES = 4
/** Requests that come before the session: the protocol numbers of "may we encrypt?" in its two kinds. */
const ENCRYPTION = new Set([80_877_103, 80_877_104])

/** Cuts a stream of bytes into the messages of the protocol: the first has no type, all others begin with one. */
const messages = () => {
  let rest: Buffer = Buffer.alloc(0)
  let typed = 0
  return {
    begun: () => {
      typed = 1
    },
    next: (chunk: Buffer): Buffer | undefined => {
      rest = chunk.length === 0 ? rest : Buffer.concat([rest, chunk])
      if (rest.length < typed + LENGTH_BYTES) return undefined
      const end = typed + rest.readUInt32BE(typed)
      if (rest.length < end) return undefined
      const message = rest.subarray(0, end)
      rest = rest.subarray(end)
      return message
    }
  }
}

const NONE = Buffer.alloc(0)

const serve = async (database: PGlite, socket: Socket): Promise<void> => {
  const incoming = messages()
  let begun = false
  for await (const chunk of socket) {
    for (let one = incoming.next(chunk); one !== undefined; one = incoming.next(NONE)) {
      if (begun && one[0] === "X".charCodeAt(0)) return
      if (!begun && ENCRYPTION.has(one.readUInt32BE(LENGTH_BYTES))) {
        socket.write("N")
        continue
      }
      if (!begun) {
        begun = true
        incoming.begun()
      }
      socket.write(await database.execProtocolRaw(one))
    }
  }
}

/** The address of a database with nothing in it; gone with the scope. */
export const pgliteUrl = Effect.acquireRelease(
  Effect.promise(async () => {
    const database = await PGlite.create({ extensions: { vector } })
    const sockets = new Set<Socket>()
    let turn: Promise<unknown> = Promise.resolve()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => sockets.delete(socket))
      turn = turn
        .then(() => serve(database, socket))
        .catch(() => {})
        .finally(() => socket.destroy())
    })
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready))
    const close = async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await turn
      await database.close()
    }
    const { port } = server.address() as AddressInfo
    return { url: Redacted.make(`postgres://postgres@127.0.0.1:${port}/postgres`), close }
  }),
  ({ close }) => Effect.promise(close)
).pipe(Effect.map(({ url }) => url))
