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
}

const NOT_FOUND = 4404

export class SharedTrip {
  readonly #options: SharedOptions
  #socket: WebSocket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #version = -1
  #closed = false

  constructor(options: SharedOptions) {
    this.#options = options
    void this.#read()
    this.#connect()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#retry)
    this.#socket?.close()
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
      if (this.#closed || plan.state_version <= this.#version) return
      this.#version = plan.state_version
      onPlan(plan)
    } catch (error) {
      const problem = error as Problem
      if (problem.status === 404) this.#end(problem.message)
      else if (!this.#closed) onProblem?.(problem)
    }
  }

  #connect(): void {
    const { code, origin } = this.#options
    const address = new URL("/ws/shared", origin)
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(address.href, ["overplanned.v1", `share.${code}`])
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      this.#attempt = 0
      if (JSON.parse(String(data)).state_version > this.#version) void this.#read()
    }
    onceLost(socket, (closed, reason) => {
      if (closed === NOT_FOUND) this.#end(reason)
      else if (!this.#closed)
        this.#retry = setTimeout(() => this.#connect(), waitBefore(this.#attempt++, Math.random()))
    })
  }
}
