/** A TCP proxy on loopback that cuts every connection on command, or holds up what is sent, also one way: a network that fails. */
import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

export interface CutProxy {
  readonly port: number
  /** Breaks every connection; the next ones are let through. */
  readonly drop: () => void
  /** Breaks every connection and lets nobody through any more. */
  readonly cut: () => void
  /** Nothing gets through that way any more and nobody is told, until it is mended: then what was sent arrives. */
  readonly hold: (way: Way) => void
  readonly mend: () => void
  readonly close: () => void
}

/** From those who connect, to them, or both. */
export type Way = "there" | "back" | "both"

interface Half {
  readonly from: Socket
  readonly to: Socket
  readonly way: "there" | "back"
}

export const startProxy = async (target: number): Promise<CutProxy> => {
  const open = new Set<Half>()
  let away = false
  let held: Way | undefined
  const flow = ({ from, to, way }: Half) => {
    if (held === "both" || held === way) {
      from.unpipe(to)
      from.pause()
    } else from.pipe(to)
  }
  const server = createServer((client) => {
    if (away) return client.destroy()
    const upstream = connect(target, "127.0.0.1")
    for (const half of [
      { from: client, to: upstream, way: "there" },
      { from: upstream, to: client, way: "back" }
    ] as const) {
      open.add(half)
      half.from.setNoDelay(true)
      flow(half)
      half.from.on("error", () => {})
      half.from.on("close", () => {
        open.delete(half)
        half.to.destroy()
      })
    }
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const drop = () => {
    for (const { from } of open) from.destroy()
  }
  return {
    port: (server.address() as { readonly port: number }).port,
    drop,
    cut: () => {
      away = true
      drop()
    },
    hold: (way) => {
      held = way
      for (const half of open) flow(half)
    },
    mend: () => {
      away = false
      held = undefined
      for (const half of open) flow(half)
    },
    close: () => {
      drop()
      server.close()
    }
  }
}
