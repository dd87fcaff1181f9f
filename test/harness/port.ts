/** A port for a server that goes away and comes back to it. */
import { createServer } from "node:net"

/**
 * Below what systems give to outgoing connections (32768 on Linux, 49152 elsewhere): whoever tries to reach a server that is
 * away may be given the very port that it left, and then it cannot come back.
 */
const RANGE = { from: 15_000, to: 32_000 }

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

export const portToComeBackTo = async (): Promise<number> => {
  for (;;) {
    const port = RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from))
    if (await isFree(port)) return port
  }
}
