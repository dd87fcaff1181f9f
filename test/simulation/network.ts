/**
 * The network between travelers and a node: every connection has its own delays, what is under way when it is cut is lost, and
 * frames of a client may get lost or overtake each other. On the node's side stands the runtime's own socket.
 */
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { PROTOCOL } from "../../src/http/stream/subprotocol.ts"
import { Socket } from "../../src/http/uws/socket.ts"
import { UwsApp } from "../../src/http/uws/UwsHttpServer.ts"
import type { UpgradeRequest } from "../../src/http/uws/upgrade.ts"
import type { WebSocketRoute } from "../../src/http/uws/websocket.ts"
import type { SimulatedMachine } from "./machine.ts"
import type { World } from "./world.ts"

export interface ClientEnd {
  readonly heard: (text: string) => void
  /** The connection is gone; without a code it was cut. */
  readonly closed: (code: number | undefined, reason: string) => void
}

export interface Link {
  readonly say: (text: string) => void
  readonly cut: () => void
}

export interface NetworkFaults {
  /** Share of a client's frames that get lost, and that overtake others. */
  lost: number
  overtaking: number
}

type Route = WebSocketRoute<unknown, never>

const MAX_BACKPRESSURE = 256 * 1024

/** One direction of a connection: what is said arrives in order, unless it may overtake. */
const makeWire = (world: World) => {
  let last = 0
  return (overtakes: boolean, arrive: () => void): void => {
    const at = world.now + world.between(0.3, 12)
    const when = overtakes ? at : Math.max(at, last + 0.001)
    if (!overtakes) last = when
    world.after(when - world.now, arrive)
  }
}

export class Network {
  readonly faults: NetworkFaults = { lost: 0, overtaking: 0 }
  readonly #world: World
  readonly #met: (fault: string) => void
  readonly #links = new Set<{ readonly cut: () => void; readonly machine: SimulatedMachine }>()
  #route: Route | undefined
  #machine: SimulatedMachine | undefined

  constructor(world: World, met: (fault: string) => void) {
    this.#world = world
    this.#met = met
  }

  /** The part of the gateway that streams lean on, on this machine. */
  appOn(machine: SimulatedMachine): Layer.Layer<UwsApp> {
    return Layer.succeed(
      UwsApp,
      UwsApp.of({
        websocket: (route) =>
          Effect.sync(() => {
            this.#route = route as unknown as Route
            this.#machine = machine
          }),
        shortcut: () => {},
        awaitDraining: Effect.never,
        drain: Effect.void,
        counts: () => ({ connections: 0, requests: 0, sockets: this.#links.size })
      })
    )
  }

  /** Everything that hangs on this machine is cut. */
  cutAll(machine?: SimulatedMachine): void {
    for (const link of [...this.#links]) if (machine === undefined || link.machine === machine) link.cut()
  }

  cutOne(): boolean {
    const all = [...this.#links]
    if (all.length === 0) return false
    this.#world.pick(all).cut()
    return true
  }

  connect(path: ReadonlyArray<string>, query: URLSearchParams, token: string, client: ClientEnd): Link | undefined {
    const route = this.#route
    const machine = this.#machine
    if (route === undefined || machine === undefined || !machine.alive) return undefined
    const world = this.#world
    const down = makeWire(world)
    const up = makeWire(world)
    const request: UpgradeRequest = {
      path: `/ws/trips/${path[0]}/pivot-stream`,
      params: path,
      query,
      headers: Headers.empty,
      protocols: [PROTOCOL, `bearer.${token}`],
      remoteAddress: Option.none()
    }
    let open = true
    let flying = 0
    const socket = new Socket<unknown>(request, undefined, MAX_BACKPRESSURE)
    const run = (result: void | Effect.Effect<void>) => {
      if (result !== undefined) void socket.track(machine.fork(result), 1_000)
    }
    const gone = (code: number, reason: string) => {
      if (!open) return
      open = false
      this.#links.delete(link)
      socket.release()
      if (machine.alive) run(route.close?.(socket, code, reason))
    }
    const native = {
      getBufferedAmount: () => 0,
      cork: (write: () => void) => write(),
      send: (message: string | Uint8Array) => {
        const text = typeof message === "string" ? message : Buffer.from(message).toString()
        flying++
        down(false, () => {
          if (open || closing) client.heard(text)
          flying--
        })
        return 1
      },
      end: (code: number, reason: string) => {
        closing = true
        down(false, () => client.closed(code, reason))
        gone(code, reason)
      },
      close: () => link.cut()
    }
    let closing = false
    const link = {
      machine,
      say: (text: string) => {
        if (world.chance(this.faults.lost)) return this.#met("frame lost")
        const overtakes = world.chance(this.faults.overtaking)
        if (overtakes) this.#met("frame overtook others")
        up(overtakes, () => {
          if (open && machine.alive && !socket.closed) run(route.message(socket, text))
        })
      },
      cut: () => {
        if (!open) return
        if (flying > 0) this.#met("frame lost")
        gone(1006, "")
        world.after(world.between(0, 5), () => client.closed(undefined, ""))
      }
    }
    this.#links.add(link)
    up(false, () => {
      if (!open || !machine.alive) return
      machine.fork(
        Effect.map(route.authorize(request), (admission) => {
          if (!open) return
          socket.admission = admission
          socket.attach(native as never)
          if (admission._tag === "AcceptThenClose") native.end(admission.code, admission.reason)
          else if (admission._tag === "Accept") run(route.open?.(socket))
        })
      )
    })
    return link
  }
}
