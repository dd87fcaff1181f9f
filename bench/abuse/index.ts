import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { type Bar, type Benchmark, median, numberFlag, type Report } from "../benchmark.ts"
import { ServerProcess } from "../http/processes.ts"
import { tripPath } from "../http/work.ts"

/** The native server gives a request's head and a silent connection 10 s, checked every 4 s. */
const IDLE_LIMIT_S = 16
/** Room for a heap that grew and was not given back to the system. */
const MEMORY_SLACK_MB = 48
/** Requests of well-behaved clients during each attack. */
const HONEST_REQUESTS = 200

interface Attack {
  readonly name: string
  readonly start: (port: number, count: number) => Promise<ReadonlyArray<Socket>>
  readonly count: number
}

const opened = (port: number, begin: (socket: Socket) => void): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      begin(socket)
      resolve(socket)
    })
    socket.on("error", () => resolve(socket))
    // Closes are only seen on a socket that is being read.
    socket.resume()
  })

const many = async (count: number, start: () => Promise<Socket>): Promise<ReadonlyArray<Socket>> => {
  const sockets: Array<Socket> = []
  while (sockets.length < count) {
    sockets.push(...(await Promise.all(Array.from({ length: Math.min(200, count - sockets.length) }, start))))
  }
  return sockets
}

const bomb = `GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(64 * 1024)}\r\n\r\n`
const upload = "POST /signals HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n"

const attacks = (connections: number): ReadonlyArray<Attack> => [
  {
    name: "half-open: a head that never ends",
    count: connections,
    start: (port, count) =>
      many(count, () => opened(port, (socket) => socket.write("GET / HTTP/1.1\r\nhost: a\r\nx-never: ")))
  },
  {
    name: "silent: connected, says nothing",
    count: connections,
    start: (port, count) => many(count, () => opened(port, () => {}))
  },
  {
    name: "slow head: a byte a second",
    count: Math.min(500, connections),
    start: (port, count) =>
      many(count, () =>
        opened(port, (socket) => {
          socket.write("GET / HTTP/1.1\r\n")
          const drip = setInterval(() => socket.write("x"), 1_000)
          socket.on("close", () => clearInterval(drip))
        })
      )
  },
  {
    name: "uploads given up half-way",
    count: Math.min(2_000, connections),
    start: (port, count) =>
      many(count, () =>
        opened(port, (socket) => {
          socket.write(upload)
          socket.write(Buffer.alloc(64 * 1024, "x"), () => socket.destroy())
        })
      )
  },
  {
    name: "header bombs",
    count: Math.min(2_000, connections),
    start: (port, count) => many(count, () => opened(port, (socket) => socket.write(bomb)))
  },
  {
    name: "garbage",
    count: Math.min(2_000, connections),
    start: (port, count) =>
      many(count, () =>
        opened(port, (socket) => socket.write(Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 197) % 256))))
      )
  }
]

const honest = async (
  port: number
): Promise<{ readonly failed: number; readonly p50: number; readonly worst: number }> => {
  const times: Array<number> = []
  let failed = 0
  for (let i = 0; i < HONEST_REQUESTS; i++) {
    const before = performance.now()
    const ok = await fetch(`http://127.0.0.1:${port}${tripPath}`).then(
      (response) => response.text().then(() => response.status === 200),
      () => false
    )
    if (!ok) failed++
    times.push(performance.now() - before)
  }
  return { failed, p50: median(times), worst: Math.max(...times) }
}

const run = async (args: ReadonlyArray<string>): Promise<Report> => {
  const connections = Math.ceil(numberFlag(args, "connections", 10_000))
  const server = await ServerProcess.start(join(import.meta.dirname, "..", "http", "servers", "effect-uws.ts"))
  const rows: Array<ReadonlyArray<string | number>> = []
  const bars: Array<Bar> = []
  const mb = async () => (await server.usage()).rss / 2 ** 20
  try {
    for (let i = 0; i < 10; i++) await honest(server.port)
    const first = await mb()
    for (const attack of attacks(connections)) {
      const before = await mb()
      const sockets = await attack.start(server.port, attack.count)
      const during = await honest(server.port)
      const peak = await mb()
      const startedAt = performance.now()
      const open = () => sockets.filter((socket) => !socket.closed).length
      while (open() > 0 && performance.now() - startedAt < IDLE_LIMIT_S * 1_000) await sleep(100)
      const left = open()
      const seconds = (performance.now() - startedAt) / 1_000
      for (const socket of sockets) socket.destroy()
      await honest(server.port)
      const after = await mb()
      rows.push([
        attack.name,
        attack.count,
        during.failed,
        during.p50,
        during.worst,
        left,
        seconds,
        before,
        peak,
        after
      ])
      bars.push({
        name: attack.name,
        wanted: `others answered, all closed in ${IDLE_LIMIT_S} s`,
        measured: `${during.failed} of ${HONEST_REQUESTS} failed, ${left} left after ${seconds.toFixed(1)} s`,
        met: during.failed === 0 && left === 0 && server.alive
      })
    }
    const last = await mb()
    bars.push({
      name: "memory is back",
      wanted: `<= ${MEMORY_SLACK_MB} MB above the start`,
      measured: `${first.toFixed(0)} MB before, ${last.toFixed(0)} MB after`,
      met: last - first <= MEMORY_SLACK_MB
    })
  } finally {
    await server.stop()
  }
  return {
    tables: [
      {
        title: "Attacks, with well-behaved requests beside them",
        columns: [
          "attack",
          "count",
          "failed",
          "p50 ms",
          "worst ms",
          "left open",
          "closed in s",
          "MB before",
          "MB peak",
          "MB after"
        ],
        rows
      }
    ],
    bars
  }
}

export const benchmark: Benchmark = {
  summary: "half-open connections, slow heads, given-up uploads, header bombs and garbage against the HTTP server",
  options: ["--connections n  connections of the largest attacks (10000; needs as many open files)"],
  run
}
