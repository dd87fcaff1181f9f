/** Travelers of a cluster: each changes a trip of their own again and again by way of any server, and remembers what was acknowledged. */
import { randomUUID } from "node:crypto"
import { SignJWT } from "jose"
import { SECRET } from "../server.ts"

export interface Told {
  /** Changes that were acknowledged, by idempotency key. */
  readonly acknowledged: Set<string>
  /** Sent, and nobody knows what became of them. */
  readonly unknown: Set<string>
  readonly writeMillis: Array<number>
  readonly pivotMillis: Array<number>
  /** Pivots that got no answer of a server that lives, by what was said. */
  readonly failedPivots: Map<string, number>
  readonly refusedWrites: Map<string, number>
}

export const tell = (): Told => ({
  acknowledged: new Set(),
  unknown: new Set(),
  writeMillis: [],
  pivotMillis: [],
  failedPivots: new Map(),
  refusedWrites: new Map()
})

/** Where travelers are held while something is done that nobody must write meanwhile. */
export class Gate {
  #closed = false
  #closings = 0
  #inside = 0

  async pass(work: () => Promise<void>): Promise<void> {
    while (this.#closed) await pause(50)
    this.#inside++
    try {
      await work()
    } finally {
      this.#inside--
    }
  }

  /** Nobody is inside any more; gives what opens it. */
  async close(): Promise<() => void> {
    this.#closed = true
    this.#closings++
    while (this.#inside > 0) await pause(50)
    return () => {
      this.#closed = false
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /** How often everybody has been held. */
  get closings(): number {
    return this.#closings
  }
}

const count = (into: Map<string, number>, what: string) => into.set(what, (into.get(what) ?? 0) + 1)

const ATTEMPT_MS = 15_000

/** How often a trip is begun, at most. */
const BEGINNINGS = 8

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))

// biome-ignore lint/suspicious/noExplicitAny: JSON of the contract.
type Json = any

interface Trip {
  readonly id: string
  readonly slot: string
}

export class Traveler {
  readonly id = randomUUID()
  #token = ""
  readonly #ports: () => ReadonlyArray<number>
  readonly #random: () => number
  trip: Trip | undefined
  /** Whether the stop is locked; undefined where this traveler cannot know. */
  #locked: boolean | undefined
  /** How often everybody had been held when that was learnt: what was known before may have been given up meanwhile. */
  #learntAt = 0

  constructor(ports: () => ReadonlyArray<number>, random: () => number) {
    this.#ports = ports
    this.#random = random
  }

  async #call(method: string, path: string, body?: unknown, key?: string): Promise<{ status: number; body: Json }> {
    const ports = this.#ports()
    const port = ports[Math.floor(this.#random() * ports.length)]!
    const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key })
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ATTEMPT_MS)
    })
    const text = await response.text()
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
  }

  /** Before anything is measured: sent again under its key where a starved machine takes too long. */
  async #insist(method: string, path: string, body: unknown, wanted: number): Promise<Json> {
    const key = randomUUID()
    let last: unknown
    for (let left = BEGINNINGS; left > 0; left--) {
      try {
        const answer = await this.#call(method, path, body, key)
        if (answer.status === wanted) return answer.body
        last = `${answer.status} ${JSON.stringify(answer.body)}`
      } catch (error) {
        last = error
      }
      await pause(1_000)
    }
    throw new Error(`${method} ${path} did not come to ${wanted}: ${String(last)}`)
  }

  async begin(city: string, date: string): Promise<void> {
    const now = Math.floor(Date.now() / 1000)
    this.#token = await new SignJWT({ role: "traveler" })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(this.id)
      .setIssuedAt(now)
      .setExpirationTime(now + 3600)
      .sign(new TextEncoder().encode(SECRET))
    const made = await this.#insist("POST", "/trips", { city, start_date: date, days: 2 }, 201)
    await this.#insist("PATCH", `/trips/${made.id}`, { status: "active" }, 200)
    // On the second day: a stop of the first one may be over at this hour, and is not changed any more then.
    this.trip = { id: made.id, slot: made.days[1].slots[0].id }
  }

  get token(): string {
    return this.#token
  }

  /** Whether the stop is locked as far as the trip says; undefined where nobody answers. */
  async #look(): Promise<boolean | undefined> {
    const { id, slot } = this.trip!
    try {
      const { body, status } = await this.#call("GET", `/trips/${id}`)
      if (status !== 200) return undefined
      const slots: ReadonlyArray<Json> = body.days.flatMap((day: Json) => day.slots)
      return slots.find((one) => one.id === slot).locked
    } catch {
      return undefined
    }
  }

  /**
   * One change, sent again under its key until somebody says what became of it, or time is up. Always one that changes something: whoever asks for what is
   * so already is acknowledged without anything being stored, which would look like a loss.
   */
  async change(gate: Gate, told: Told, until: () => number): Promise<void> {
    const { id, slot } = this.trip!
    if (gate.closings !== this.#learntAt) this.#locked = undefined
    this.#learntAt = gate.closings
    this.#locked ??= await this.#look()
    if (this.#locked === undefined) return
    const action = this.#locked ? "unlock" : "lock"
    const key = randomUUID()
    const began = performance.now()
    for (;;) {
      try {
        const answer = await this.#call("PATCH", `/trips/${id}/slots/${slot}`, { action }, key)
        if (answer.status === 200) {
          told.unknown.delete(key)
          told.acknowledged.add(key)
          told.writeMillis.push(performance.now() - began)
          this.#locked = action === "lock"
          return
        }
        count(told.refusedWrites, `${answer.status} ${String(answer.body?.detail).slice(0, 70)}`)
        if (answer.status < 500 && answer.status !== 409 && answer.status !== 429) break
      } catch (error) {
        count(told.refusedWrites, (error as Error).name)
      }
      told.unknown.add(key)
      if (performance.now() > until()) break
      await pause(50)
    }
    this.#locked = undefined
  }

  /** One change that nothing disturbs; gives the number of the trip's state that came of it. */
  async toggle(): Promise<number> {
    const { id, slot } = this.trip!
    this.#locked ??= await this.#look()
    const action = this.#locked ? "unlock" : "lock"
    const { body, status } = await this.#call("PATCH", `/trips/${id}/slots/${slot}`, { action }, randomUUID())
    if (status !== 200) throw new Error(`Not changed: ${status} ${JSON.stringify(body)}`)
    this.#locked = action === "lock"
    return body.state_version
  }

  async pivot(told: Told): Promise<void> {
    const { id, slot } = this.trip!
    const began = performance.now()
    try {
      const answer = await this.#call("POST", `/trips/${id}/pivot`, { trigger: "venue_closed", slot_id: slot })
      if (answer.status === 200) told.pivotMillis.push(performance.now() - began)
      else count(told.failedPivots, `${answer.status} ${String(answer.body?.detail).slice(0, 70)}`)
    } catch (error) {
      // A server that was killed answers nobody: only one that lives can fail at it.
      const { cause, name } = error as Error & { cause?: { code?: string } }
      if (cause?.code !== "ECONNREFUSED" && cause?.code !== "ECONNRESET" && cause?.code !== "UND_ERR_SOCKET") {
        count(told.failedPivots, name)
      }
    }
  }

  /** Works until it is told to stop. */
  async work(told: Told, gate: Gate, over: () => boolean, until: () => number): Promise<void> {
    while (!over()) {
      // Whoever is held gives up on what nobody answers: it is under way for nobody then.
      await gate.pass(() => this.change(gate, told, () => (gate.closed ? 0 : until())))
      await gate.pass(() => this.pivot(told))
      await pause(20 + this.#random() * 80)
    }
  }
}
