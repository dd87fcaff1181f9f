/** What a call costs that a server passes on to the one that owns, beside the bare wire, and how long a frame is under way to a socket on another server. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { Agent, request } from "node:http"
import { connect } from "node:net"
import { WebSocket } from "ws"
import { tied } from "../../test/support/lifeline.ts"
import { cpuMillis } from "../cpu.ts"
import { percentile } from "../percentile.ts"
import type { Cluster } from "./cluster.ts"
import type { Traveler } from "./travelers.ts"

/** About what a call and its answer are, in bytes. */
const ECHOED = 500

/** Before anything is measured: Node makes code of what runs often. */
const WARM = 300

/** Calls that are under way together where that is measured. */
const TOGETHER = 32

export interface Figures {
  readonly echo: Array<number>
  readonly direct: Array<number>
  readonly passedOn: Array<number>
  /** Both servers, for one call that was passed on; and the owner alone, for one that came to it. Microseconds. */
  readonly passedOnCpu: number
  readonly directCpu: number
  /** The same where many are under way together. */
  readonly passedOnTogetherCpu: number
  readonly directTogetherCpu: number
  /** From the request to the frame on a socket of the owner, and on one of another server. */
  readonly frameHere: Array<number>
  readonly frameThere: Array<number>
}

const ECHO = `
const server = require("node:net").createServer((socket) => socket.setNoDelay(true).pipe(socket))
server.listen(0, "127.0.0.1", () => console.log(server.address().port))`

/** The same bytes there and back between two processes, with nothing else done to them. */
const echoes = async (count: number): Promise<Array<number>> => {
  const child = tied(spawn(process.execPath, ["-e", ECHO], { stdio: ["ignore", "pipe", "inherit"] }))
  const [port] = await once(child.stdout!, "data")
  const socket = connect(Number(String(port)), "127.0.0.1")
  socket.setNoDelay(true)
  await once(socket, "connect")
  const message = Buffer.alloc(ECHOED, "x")
  const millis: Array<number> = []
  for (let n = -WARM; n < count; n++) {
    const began = performance.now()
    let left = ECHOED
    const back = new Promise<void>((resolve) => {
      const read = (chunk: Buffer) => {
        left -= chunk.length
        if (left > 0) return
        socket.off("data", read)
        resolve()
      }
      socket.on("data", read)
    })
    socket.write(message)
    await back
    if (n >= 0) millis.push(performance.now() - began)
  }
  socket.destroy()
  child.kill("SIGKILL")
  return millis
}

/** So many calls, one after another over each of so many connections. */
const callsTo = async (port: number, one: Traveler, count: number, connections = 1): Promise<Array<number>> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, noDelay: true })
  const headers = { authorization: `Bearer ${one.token}` }
  const millis: Array<number> = []
  let left = count
  const callAgainAndAgain = async () => {
    while (left-- > 0) {
      const began = performance.now()
      const sent = request({ port, host: "127.0.0.1", path: `/api/v1/trips/${one.trip!.id}`, headers, agent }).end()
      const [response] = await once(sent, "response")
      if (response.statusCode !== 200) throw new Error(`A read was answered ${response.statusCode}.`)
      response.resume()
      await once(response, "end")
      millis.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: connections }, callAgainAndAgain))
  agent.destroy()
  return millis
}

/** Microseconds of processor time for one of them, of all these processes. */
const costOf = async (pids: ReadonlyArray<number>, count: number, work: Promise<Array<number>>) => {
  const all = () => pids.reduce((sum, pid) => sum + cpuMillis(pid), 0)
  const before = all()
  const millis = await work
  return { millis, cpu: ((all() - before) * 1_000) / count }
}

/** Numbered frames as they come in, by number. */
const listen = async (port: number, one: Traveler) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/trips/${one.trip!.id}/pivot-stream`, [
    "overplanned.v1",
    `bearer.${one.token}`
  ])
  const came = new Map<number, number>()
  const hello = new Promise<void>((resolve, reject) => {
    socket.on("error", reject)
    socket.on("message", (data) => {
      const at = performance.now()
      const frame = JSON.parse(String(data))
      if (frame.type === "hello") resolve()
      else if (typeof frame.seq === "number") came.set(frame.seq, at)
    })
  })
  await hello
  return { came, close: () => socket.terminate() }
}

/** Longest that a frame may be under way. */
const LATEST_MS = 5_000

const frames = async (here: number, there: number, one: Traveler, count: number) => {
  const near = await listen(here, one)
  const far = await listen(there, one)
  const frameHere: Array<number> = []
  const frameThere: Array<number> = []
  for (let n = 0; n < count; n++) {
    const began = performance.now()
    const seq = await one.toggle()
    while (!(near.came.has(seq) && far.came.has(seq))) {
      if (performance.now() - began > LATEST_MS) throw new Error(`Frame ${seq} did not come.`)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    frameHere.push(near.came.get(seq)! - began)
    frameThere.push(far.came.get(seq)! - began)
  }
  near.close()
  far.close()
  return { frameHere, frameThere }
}

/** Of a cluster of two that are up; `one` asks the owner when it changes something. */
export const figuresOf = async (cluster: Cluster, one: Traveler, count: number): Promise<Figures> => {
  const owner = await cluster.owner()
  const other = owner === 0 ? 1 : 0
  const [here, there] = [cluster.port(owner), cluster.port(other)]
  await callsTo(here, one, WARM)
  await callsTo(there, one, WARM)
  const echo = await echoes(count)
  const direct = await costOf([cluster.pid(owner)], count, callsTo(here, one, count))
  const passedOn = await costOf([cluster.pid(owner), cluster.pid(other)], count, callsTo(there, one, count))
  const directTogether = await costOf([cluster.pid(owner)], count, callsTo(here, one, count, TOGETHER))
  const both = [cluster.pid(owner), cluster.pid(other)]
  const passedOnTogether = await costOf(both, count, callsTo(there, one, count, TOGETHER))
  const told = await frames(here, there, one, Math.ceil(count / 4))
  return {
    echo,
    direct: direct.millis,
    passedOn: passedOn.millis,
    directCpu: direct.cpu,
    passedOnCpu: passedOn.cpu,
    directTogetherCpu: directTogether.cpu,
    passedOnTogetherCpu: passedOnTogether.cpu,
    ...told
  }
}

const RATIO = 4
const CPU_US = 350
const FRAME_MS = 20

const bar = (
  name: string,
  limit: number,
  unit: string,
  value: number,
  said = value.toFixed(unit === "ms" ? 2 : 0)
) => ({
  name,
  wanted: `at most ${limit} ${unit}`,
  measured: `${said} ${unit}`,
  limit,
  value,
  met: value <= limit
})

/** The wire between two servers alone is what passing on adds to a call. */
export const figuresReport = (figures: Figures) => {
  const { direct, directCpu, echo, frameHere, frameThere, passedOn, passedOnCpu } = figures
  const row = (what: string, millis: Array<number>, cpu: number | string = "") => [
    what,
    percentile(millis, 0.5),
    percentile(millis, 0.99),
    cpu
  ]
  const added = percentile(passedOn, 0.99) - percentile(direct, 0.99)
  const apart = frameThere.map((there, n) => there - frameHere[n]!)
  return {
    table: {
      title: "From one server to another, one after another",
      columns: ["what", "p50 ms", "p99 ms", "CPU µs of the servers"],
      rows: [
        row(`${ECHOED} bytes there and back, bare`, echo),
        row("a call to the owner", direct, directCpu),
        row("a call that another passes on", passedOn, passedOnCpu),
        [`the same to the owner, ${TOGETHER} at once`, "", "", figures.directTogetherCpu],
        [`the same passed on, ${TOGETHER} at once`, "", "", figures.passedOnTogetherCpu],
        row("from a change to its frame, on the owner", frameHere),
        row("from a change to its frame, on another", frameThere)
      ]
    },
    bars: [
      bar(
        "what passing on adds to a call at p99, beside the bare wire",
        RATIO,
        "times",
        added / percentile(echo, 0.99),
        (added / percentile(echo, 0.99)).toFixed(1)
      ),
      bar("processor time of a call that is passed on, both servers", CPU_US, "µs", passedOnCpu),
      bar("a frame on another server after the one on the owner, p99", FRAME_MS, "ms", percentile(apart, 0.99))
    ]
  }
}
