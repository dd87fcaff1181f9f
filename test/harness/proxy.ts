/** A TCP proxy on loopback that cuts every connection on command, once or until it is mended: a network that fails. */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

export interface CutProxy {
  readonly port: number
  /** Breaks every connection; the next ones are let through. */
  readonly drop: () => void
  /** Breaks every connection and lets nobody through any more. */
  readonly cut: () => void
  readonly mend: () => void
  readonly close: () => void
}

export const startProxy = async (target: number): Promise<CutProxy> => {
  const open = new Set<Socket>()
  let away = false
  const server = createServer((client) => {
    if (away) return client.destroy()
    const upstream = connect(target, "127.0.0.1")
    for (const [one, other] of [
      [client, upstream],
      [upstream, client]
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.pipe(other)
      one.on("error", () => {})
      one.on("close", () => {
        open.delete(one)
        other.destroy()
      })
    }
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const drop = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as { readonly port: number }).port,
    drop,
    cut: () => {
      away = true
      drop()
    },
    mend: () => {
      away = false
    },
    close: () => {
      drop()
      server.close()
    }
  }
}
