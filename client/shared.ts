/** A plan that somebody shared by a link: read without signing in, kept up to date, until the link ends. */
import { waitBefore } from "./back-off.ts"
import type { Answer, Http } from "./http.ts"
import type { Problem } from "./problem.ts"
import { onceLost } from "./socket.ts"

export type SharedPlan = Answer<"shared.read">

export interface SharedOptions {
  readonly origin: string
  readonly http: Http
  /** What stands in the link. */
  readonly code: string
  /** Hears the plan, and again whenever it has changed. */
  readonly onPlan: (plan: SharedPlan) => void
  /** Hears a sentence when the link is no longer good, and nothing after it. */
  readonly onEnded: (why: string) => void
  /** Hears a problem that will pass, such as that the server cannot be reached: it is tried again. */
  readonly onProblem?: ((problem: Problem) => void) | undefined
  /** Hears whether the plan is kept up to date, and when it was last heard that it is as shown, in Unix milliseconds. */
  readonly onState?: ((state: SharedState, heardAt: number | undefined) => void) | undefined
  /** Longest that opening the connection may take. */
  readonly timeoutMillis?: number | undefined
}

export type SharedState = "connecting" | "live" | "waiting"

/** A connection may be gone without a word, and nothing may be said on this one to find out: the plan is looked at instead. */
const LOOK_EVERY_MS = 60_000

const NOT_FOUND = 4404

export class SharedTrip {
  readonly #options: SharedOptions
  #socket: WebSocket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #version = -1
  #closed = false
  #state: SharedState = "connecting"
  #isRead = false
  #heardAt: number | undefined
  readonly #looking: ReturnType<typeof setInterval>

  constructor(options: SharedOptions) {
    this.#options = options
    void this.#read()
    this.#connect()
    this.#looking = setInterval(() => void this.#read(), LOOK_EVERY_MS)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    clearInterval(this.#looking)
    this.#socket?.close()
  }

  /** The plan is as it is shown. */
  #heard(): void {
    this.#heardAt = Date.now()
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    this.#attempt = 0
    this.#tell("live")
  }

  #tell(state: SharedState): void {
    if (this.#closed || state === this.#state) return
    this.#state = state
    this.#options.onState?.(state, this.#heardAt)
  }

  #end(why: string): void {
    if (this.#closed) return
    this.close()
    this.#options.onEnded(why)
  }

  async #read(): Promise<void> {
    const { code, http, onPlan, onProblem } = this.#options
    try {
      const plan = await http.call("shared.read", { path: { code } })
      if (this.#closed) return
      this.#isRead = true
      if (plan.state_version > this.#version) {
        this.#version = plan.state_version
        onPlan(plan)
      }
      this.#heard()
    } catch (error) {
      const problem = error as Problem
      if (problem.status === 404) return this.#end(problem.message)
      if (this.#closed) return
      this.#isRead = false
      onProblem?.(problem)
      this.#tell("waiting")
      // Coming back, it is told where the plan stands, and reads it.
      this.#socket?.close()
    }
  }

  #connect(): void {
    const { code, origin } = this.#options
    const address = new URL("/ws/shared", origin)
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(address.href, ["overplanned.v1", `share.${code}`])
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      if (!this.#isRead || JSON.parse(String(data)).state_version > this.#version) void this.#read()
      else this.#heard()
    }
    const lost = (closed: number, reason: string) => {
      if (closed === NOT_FOUND) return this.#end(reason)
      if (this.#closed) return
      this.#tell("waiting")
      this.#retry = setTimeout(() => this.#connect(), waitBefore(this.#attempt++, Math.random()))
    }
    onceLost(socket, lost, this.#options.timeoutMillis)
  }
}
