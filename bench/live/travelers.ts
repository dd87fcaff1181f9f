/**
 * Travelers on their trips' streams: they ask for pivots at a pace that waits for nobody, take or dismiss some of what
 * they are offered, and send signals. Each remembers what it was promised, and comes back when it is cut off.
 */
import { WebSocket } from "ws"
import { waitBefore } from "../../client/back-off.ts"
import { tripId } from "../stream/fixture.ts"

/** An answer that takes longer counts as failed: the traveler has put the phone away. */
const PATIENCE_MS = 10_000

/** Of a hundred offers, so many are taken, dismissed, and followed by a signal. */
const TAKEN = 5
const DISMISSED = 5
const SIGNALLED = 10

/** At first; from the second attempt on they wait as our client does, longer each time and each for another while. */
const RECONNECT_MS = 100

export interface Seen {
  asked: number
  /** Milliseconds from when each was due. */
  readonly latencies: Array<number>
  /** What went wrong, with how often. */
  readonly failed: Map<string, number>
}

export const nothingSeen = (): Seen => ({ asked: 0, latencies: [], failed: new Map() })

export interface Promised {
  /** Answers and signals that were acknowledged: the ids of their frames. */
  readonly answers: Set<string>
  readonly signals: Set<string>
  /** Frames of a stream that were not the next one, in words. */
  readonly gaps: Array<string>
  /** Greetings after a cut: whether the stream went on where it was. */
  recovered: number
  renewed: number
  /** Answers that were refused, by their reason: an offer that was not the newest any more. */
  readonly refused: Map<string, number>
}

export const nothingPromised = (): Promised => ({
  answers: new Set(),
  signals: new Set(),
  gaps: [],
  recovered: 0,
  renewed: 0,
  refused: new Map()
})

const count = (counts: Map<string, number>, what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)

interface Waiting {
  readonly due: number
  readonly seen: Seen
}

// biome-ignore lint/suspicious/noExplicitAny: frames of the contract.
type Frame = any

export class Traveler {
  readonly #port: number
  readonly #n: number
  readonly #token: string
  readonly #promised: Promised
  readonly #waiting = new Map<string, Waiting>()
  #socket: WebSocket | undefined
  #epoch: string | undefined
  #seq = 0
  #offers: number
  #ended = false
  /** Attempts to come back since the last greeting. */
  #attempts = 0
  /** Called at each greeting. */
  onHello: () => void = () => {}

  constructor(port: number, n: number, token: string, promised: Promised) {
    this.#port = port
    this.#n = n
    this.#token = token
    this.#promised = promised
    // Each begins somewhere else in the hundred.
    this.#offers = (n * 37) % 100
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN
  }

  connect(): void {
    if (this.#ended) return
    const resume = this.#epoch === undefined ? "" : `?epoch=${this.#epoch}&since=${this.#seq}`
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/ws/trips/${tripId(this.#n)}/pivot-stream${resume}`, {
      headers: { authorization: `Bearer ${this.#token}` },
      perMessageDeflate: false
    })
    this.#socket = socket
    socket.on("message", (data: Buffer) => this.#hear(data))
    socket.on("error", () => {})
    socket.on("close", () => {
      for (const { seen } of this.#waiting.values()) count(seen.failed, "the stream was cut off")
      this.#waiting.clear()
      if (this.#ended) return
      const attempt = this.#attempts++
      setTimeout(() => this.connect(), attempt === 0 ? RECONNECT_MS : waitBefore(attempt - 1, Math.random()))
    })
  }

  pivot(body: string, due: number, seen: Seen): void {
    seen.asked++
    if (!this.connected) return void count(seen.failed, "there was no stream")
    const id = crypto.randomUUID()
    this.#waiting.set(id, { due, seen })
    this.#socket!.send(`{"type":"pivot","id":"${id}",${body}`)
  }

  /** What has waited too long has failed. */
  lose(now: number): void {
    for (const [id, { due, seen }] of this.#waiting) {
      if (now - due < PATIENCE_MS) return
      this.#waiting.delete(id)
      count(seen.failed, `no answer within ${PATIENCE_MS / 1000} s`)
    }
  }

  end(): void {
    this.#ended = true
    this.#socket?.terminate()
  }

  #hear(data: Buffer): void {
    const text = data.toString()
    if (text.startsWith('{"type":"offer","id":"')) this.#offered(text)
    else this.#told(JSON.parse(text))
  }

  #told(frame: Frame): void {
    if (frame.type === "hello") this.#greeted(frame)
    else if (frame.type === "ack") this.#acknowledged(frame.id)
    else if (frame.type === "error") this.#refused(frame)
    else if (typeof frame.seq === "number") this.#follow(frame)
  }

  #offered(text: string): void {
    const id = text.slice(22, 58)
    const waiting = this.#waiting.get(id)
    if (waiting !== undefined) {
      this.#waiting.delete(id)
      waiting.seen.latencies.push(performance.now() - waiting.due)
    }
    const turn = this.#offers++ % 100
    if (turn >= TAKEN + DISMISSED + SIGNALLED) return
    const offer: Frame = JSON.parse(text)
    const option = offer.options[0]
    if (option === undefined) return
    const own = crypto.randomUUID()
    if (turn < TAKEN)
      this.#say({
        type: "respond",
        id: `a-${own}`,
        pivot_id: offer.pivot_id,
        response: "accept",
        option_id: option.option_id
      })
    else if (turn < TAKEN + DISMISSED)
      this.#say({ type: "respond", id: `a-${own}`, pivot_id: offer.pivot_id, response: "dismiss" })
    else
      this.#say({
        type: "signal",
        id: own,
        signal_type: "slot_view",
        slot_id: offer.slot_id,
        occurred_at: new Date().toISOString()
      })
  }

  #say(frame: object): void {
    if (this.connected) this.#socket!.send(JSON.stringify(frame))
  }

  #acknowledged(id: string): void {
    if (id.startsWith("a-")) this.#promised.answers.add(id)
    else this.#promised.signals.add(id)
  }

  #refused(frame: Frame): void {
    const why = `${frame.problem?.title ?? frame.problem?.type}: ${frame.problem?.detail}`.slice(0, 160)
    const waiting = this.#waiting.get(frame.id)
    if (waiting === undefined) return void count(this.#promised.refused, why)
    this.#waiting.delete(frame.id)
    count(waiting.seen.failed, why)
  }

  #greeted(frame: Frame): void {
    this.#attempts = 0
    if (this.#epoch !== undefined) {
      if (frame.recovered) this.#promised.recovered++
      else this.#promised.renewed++
      if (frame.recovered && frame.epoch !== this.#epoch) this.#promised.gaps.push("recovered into another epoch")
    }
    if (!frame.recovered) this.#seq = frame.seq
    this.#epoch = frame.epoch
    this.onHello()
  }

  #follow(frame: Frame): void {
    if (frame.seq !== this.#seq + 1) this.#promised.gaps.push(`trip ${this.#n}: frame ${frame.seq} after ${this.#seq}`)
    this.#seq = frame.seq
  }
}

export const pause = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

/** All on their streams, fifty at a time. */
export const connectAll = async (travelers: ReadonlyArray<Traveler>): Promise<void> => {
  for (let from = 0; from < travelers.length; from += 50) {
    const batch = travelers.slice(from, from + 50)
    await Promise.all(
      batch.map(
        (one) =>
          new Promise<void>((resolve) => {
            one.onHello = resolve
            one.connect()
          })
      )
    )
  }
}

const TICK_MS = 5

export interface Load {
  /** From now on what is asked counts here. */
  readonly count: (seen: Seen) => void
  /** Asks nothing until the load goes on. */
  readonly rest: () => void
  readonly goOn: () => void
  readonly stop: () => Promise<void>
}

/** So many pivots a second over all travelers in turn, timed from when they were due. */
export const beginLoad = (
  travelers: ReadonlyArray<Traveler>,
  bodies: ReadonlyArray<ReadonlyArray<string>>,
  perSecond: number
): Load => {
  let seen = nothingSeen()
  let sent = 0
  let began = performance.now()
  let resting = false
  const timer = setInterval(() => {
    if (resting) return
    const now = performance.now()
    for (;;) {
      const due = began + (sent * 1_000) / perSecond
      if (due > now) return
      const n = sent % travelers.length
      const mine = bodies[n]!
      travelers[n]!.pivot(mine[Math.floor(sent / travelers.length) % mine.length]!, due, seen)
      sent++
    }
  }, TICK_MS)
  const losing = setInterval(() => {
    const now = performance.now()
    for (const one of travelers) one.lose(now)
  }, 500)
  return {
    count: (next) => {
      seen = next
    },
    rest: () => {
      resting = true
    },
    goOn: () => {
      began = performance.now() - (sent * 1_000) / perSecond
      resting = false
    },
    /** And waits for the last answers. */
    stop: async () => {
      clearInterval(timer)
      await pause(PATIENCE_MS + 1_000)
      clearInterval(losing)
    }
  }
}
