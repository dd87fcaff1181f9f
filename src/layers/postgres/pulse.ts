/**
 * Whether the database server answers at all. A server that is frozen keeps its connections open and says nothing: its own
 * limits on statements do not run, and giving up on a query does not help, because that waits for the server to confirm it.
 * So what goes over the wire is watched here. Where something was sent and nothing at all has come back for a while, the
 * server is asked for a single byte over a connection of its own. If it does not give that either, every connection is cut,
 * and new ones are refused at once until it answers again: whoever asks hears the true cause within seconds.
 *
 * A statement that merely takes long is left alone, since the server still answers the question.
 */
import { connect, type NetConnectOpts, type Socket } from "node:net"
import { Duplex } from "node:stream"

/**
 * How often the wire is looked at. Waiting is counted in looks rather than by the clock, so that a process that was itself held
 * up does not take that for the server's silence.
 */
const LOOK_EVERY_MS = 250
/** Looks without a byte after which the server is asked. */
const QUIET_LOOKS = 3
/** Looks that it is given to answer: a busy machine may take its time to start a process for us. */
const ANSWER_LOOKS = 9
/** Looks between questions while it is silent. */
const ASK_AGAIN_LOOKS = 2

/** "May I speak TLS?": what every PostgreSQL, and every pooler before one, answers with one byte before it knows who asks. */
const QUESTION = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** Why a connection was cut or refused. */
export class ServerSilent extends Error {
  constructor() {
    super("The database server does not answer.")
    this.name = "ServerSilent"
  }
}

/** Where a connection URL leads: the rules of libpq. */
export const addressOf = (url: URL): NetConnectOpts => {
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname).replace(/^\[|\]$/g, "")
  const port = Number(url.searchParams.get("port") ?? (url.port || 5432))
  if (host.startsWith("/")) return { path: `${host}/.s.PGSQL.${port}` }
  // A statement is one write and then a wait for its answer: there is nothing to gather.
  return { host: host || "localhost", port, noDelay: true }
}

/** A connection that was refused before it was tried. */
const refused = (reason: Error): Duplex =>
  new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done(reason) })

export class Pulse {
  readonly #address: NetConnectOpts
  readonly #changed: (silent: boolean) => void
  readonly #open = new Map<Socket, { read: number; written: number }>()
  #timer: NodeJS.Timeout | undefined
  #question: Socket | undefined
  #looks = 0
  /** Something was sent that nothing has come back for. */
  #waiting = false
  #silent = false

  /** `changed` hears when the server falls silent and when it answers again. */
  constructor(address: NetConnectOpts, changed: (silent: boolean) => void) {
    this.#address = address
    this.#changed = changed
  }

  get silent(): boolean {
    return this.#silent
  }

  /** A connection to the server; while it is silent, one that fails with the first thing that is written. */
  open(): Duplex {
    if (this.#silent) return refused(new ServerSilent())
    const socket = connect(this.#address)
    this.#open.set(socket, { read: 0, written: 0 })
    socket.once("close", () => this.#open.delete(socket))
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
      this.#timer.unref()
    }
    return socket
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#forget()
  }

  #look(): void {
    if (this.#silent) this.#askAgain()
    else if (this.#open.size === 0) this.stop()
    else this.#listen()
  }

  #listen(): void {
    let heard = false
    let sent = false
    for (const [socket, seen] of this.#open) {
      const { bytesRead, bytesWritten } = socket
      heard ||= bytesRead !== seen.read
      sent ||= bytesWritten !== seen.written
      seen.read = bytesRead
      seen.written = bytesWritten
    }
    if (heard) {
      this.#forget()
      this.#waiting = sent
      return
    }
    this.#waiting ||= sent
    if (!this.#waiting) return
    this.#looks++
    if (this.#question === undefined) {
      if (this.#looks >= QUIET_LOOKS) this.#ask()
    } else if (this.#looks >= ANSWER_LOOKS) this.#fellSilent()
  }

  #ask(): void {
    this.#forget()
    const socket = connect(this.#address)
    this.#question = socket
    socket.on("error", () => {})
    socket.once("data", () => this.#answered(socket))
    socket.write(QUESTION)
  }

  #askAgain(): void {
    this.#looks++
    if (this.#question === undefined || this.#question.destroyed) {
      if (this.#looks >= ASK_AGAIN_LOOKS) this.#ask()
    } else if (this.#looks >= ANSWER_LOOKS) this.#forget()
  }

  #answered(socket: Socket): void {
    if (socket !== this.#question) return
    this.#forget()
    this.#waiting = false
    if (!this.#silent) return
    this.#silent = false
    this.#changed(false)
  }

  #fellSilent(): void {
    this.#forget()
    this.#waiting = false
    this.#silent = true
    this.#changed(true)
    for (const socket of [...this.#open.keys()]) socket.destroy(new ServerSilent())
  }

  /** Gives up the question that is open. */
  #forget(): void {
    this.#question?.destroy()
    this.#question = undefined
    this.#looks = 0
  }
}
