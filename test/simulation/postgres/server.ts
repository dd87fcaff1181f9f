/**
 * The model of PostgreSQL as a server: it takes statements over connections, each in its time, carries out those that it knows
 * and refuses what PostgreSQL refuses. It can be away, frozen, slow, cut a statement short, fail it, or lose the answer.
 */
import type { World } from "../world.ts"
import { decisionStatements } from "./decisions.ts"
import { nodeStatements } from "./nodes.ts"
import { peopleStatements } from "./people.ts"
import { type Column, type Row, shapeOf } from "./schema.ts"
import { signalStatements } from "./signals.ts"
import { begun, NONE, type Statement } from "./statement.ts"
import { Store } from "./store.ts"
import { tripStatements } from "./trips.ts"
import { given, PgFailure } from "./types.ts"

const STATEMENTS: ReadonlyArray<Statement> = [
  ...tripStatements,
  ...peopleStatements,
  ...decisionStatements,
  ...signalStatements,
  ...nodeStatements
]

const known = new Map<string, Statement>()

/** The longest beginning that fits. Whoever changes a statement of the runtime meets this, and tells the model. */
const statementOf = (text: string): Statement => {
  let found = known.get(text)
  if (found === undefined) {
    const plain = begun(text)
    for (const one of STATEMENTS)
      if (plain.startsWith(one.begins) && one.begins.length > (found?.begins.length ?? 0)) found = one
    if (found === undefined) throw new Error(`The model of PostgreSQL does not know this statement: ${plain}`)
    known.set(text, found)
  }
  return found
}

/** What was carried out, in order: a real PostgreSQL is told the same. */
export interface Executed {
  readonly text: string
  readonly params: ReadonlyArray<unknown>
  /** The SQLSTATE that it was refused with, by the model's own judgement. */
  readonly refused?: string
}

export interface Weather {
  /** `gone` refuses connections; `frozen` says nothing. */
  state: "up" | "gone" | "frozen"
  /** Statements take this many times as long. */
  slowness: number
  /** The next statements that write fail with these codes. */
  readonly failing: Array<string>
  /** The next so many commits are carried out, and their answers lost. */
  lostAnswers: number
}

/** How long the client waits for a frozen server before it cuts all connections. */
const SILENCE_MILLIS = 3_000

const STATEMENT_TIMEOUT = 5_000

export type Answer = (result: ReadonlyArray<Row> | PgFailure) => void

/** A stored row as JSON that the real one reads. */
const told = (columns: ReadonlyArray<Column>, row: Row): Row =>
  Object.fromEntries(columns.map(({ name, type }) => [name, given(type, row[name])]))

/** Tables whose rows have an id besides, which nobody asks for. */
const UNNAMED: ReadonlySet<string> = new Set([
  "trip_invitations",
  "trip_members",
  "trip_vetoes",
  "persona_dimensions",
  "idempotency_receipts"
])

const CONNECTION_LOST = "08006"

export class Session {
  readonly owner: object
  open = true
  inTransaction = false
  failed = false
  untimed = false

  constructor(owner: object) {
    this.owner = owner
  }
}

interface Waiting {
  readonly session: Session
  readonly answer: Answer
  readonly go: () => void
}

export class PgServer {
  readonly store = new Store()
  readonly weather: Weather = { state: "up", slowness: 1, failing: [], lostAnswers: 0 }
  readonly executed: Array<Executed> = []
  /** What came of the faults: how often statements met them. */
  readonly met: (fault: string) => void
  readonly #world: World
  readonly #now: () => number
  readonly #waiting: Array<Waiting> = []
  readonly #frozen: Array<() => void> = []

  constructor(world: World, now: () => number, met: (fault: string) => void) {
    this.#world = world
    this.#now = now
    this.met = met
  }

  /** Whoever held these connections is dead. */
  closeAll(owner: object): void {
    const { writer } = this.store
    if (writer instanceof Session && writer.owner === owner) this.close(writer)
  }

  /** Changes a row by other means than the statements of the runtime, and has the real PostgreSQL told of it likewise. */
  change(table: string, old: Row | undefined, fresh: Row | undefined): void {
    const { columns, key } = shapeOf(table)
    const names = columns.map(({ name }) => name).join(", ")
    const where = key.map((column, i) => `${column} = $${i + 2}`).join(" and ")
    const keys = old === undefined ? [] : key.map((column) => old[column])
    const record = `jsonb_populate_record(null::${table}, $1::text::jsonb)`
    if (old !== undefined && fresh !== undefined && key.every((column) => old[column] === fresh[column])) {
      this.store.update(table, old, fresh)
      const text = `update ${table} set (${names}) = (select ${names} from ${record}) where ${where}`
      this.executed.push({ text, params: [JSON.stringify(told(columns, fresh)), ...keys] })
      return
    }
    if (old !== undefined) {
      this.store.remove(table, old)
      this.executed.push({
        text: `delete from ${table} where $1::text is not null and ${where}`,
        params: ["", ...keys]
      })
    }
    if (fresh === undefined || this.store.insert(table, fresh, "nothing") === undefined) return
    const [id, made] = UNNAMED.has(table) ? ["id, ", "gen_random_uuid(), "] : ["", ""]
    const text = `insert into ${table} (${id}${names}) select ${made}${names} from ${record} on conflict do nothing`
    this.executed.push({ text, params: [JSON.stringify(told(columns, this.store.shaped(table, fresh)))] })
  }

  thaw(): void {
    this.weather.state = "up"
    for (const go of this.#frozen.splice(0)) go()
  }

  /** The server dies and takes every session along; what was not committed is gone. */
  die(): void {
    this.weather.state = "gone"
    if (this.store.writer !== undefined) this.#end(this.store.writer as Session, false)
    this.#frozen.length = 0
  }

  /** The client is gone, or has cut the connection. */
  close(session: Session): void {
    session.open = false
    if (this.store.writer === session) this.#end(session, false)
  }

  ask(session: Session, text: string, params: ReadonlyArray<unknown>, answer: Answer) {
    const lost = (fault: string) => {
      this.met(fault)
      this.close(session)
      answer(new PgFailure(CONNECTION_LOST, "the connection to the server was lost"))
    }
    if (!session.open || this.weather.state === "gone") {
      this.#world.after(this.#world.between(0.2, 2), () => lost("database away"))
      return
    }
    let answered = false
    const within = session.inTransaction
    const once: Answer = (result) => {
      if (answered) return
      answered = true
      answer(result)
    }
    const arrive = () => {
      if (this.weather.state === "gone") return answered || lost("database away")
      if (this.weather.state === "frozen") {
        this.#frozen.push(arrive)
        this.#world.after(SILENCE_MILLIS, () => {
          if (answered || this.weather.state !== "frozen") return
          answered = true
          lost("database frozen")
        })
        return
      }
      // Of a connection that was closed meanwhile, a statement that stood alone may be carried out all the same.
      const alone = !(within || text === "BEGIN")
      if (session.open || (alone && this.#world.chance(0.5))) this.#take(session, text, params, once)
      else once(new PgFailure(CONNECTION_LOST, "the connection to the server was lost"))
    }
    this.#world.after(this.#world.between(0.4, 5) * this.weather.slowness, arrive)
  }

  #take(session: Session, text: string, params: ReadonlyArray<unknown>, answer: Answer) {
    const control = this.#control(session, text, answer)
    if (control) return
    const statement = statementOf(text)
    const { failing, slowness } = this.weather
    if (statement.writes && failing.length > 0) {
      const code = failing.shift()!
      this.met(code === "57014" ? "statement timed out" : "statement failed")
      session.failed = session.inTransaction
      return this.#reply(session, answer, new PgFailure(code, "injected"))
    }
    if (slowness > 1) this.met("slow statement")
    if (!statement.writes) return this.#reply(session, answer, this.#carryOut(session, statement, text, params))
    this.#whenWriting(session, answer, () =>
      this.#reply(session, answer, this.#carryOut(session, statement, text, params))
    )
  }

  #control(session: Session, text: string, answer: Answer): boolean {
    if (text === "BEGIN") {
      session.inTransaction = true
      session.failed = false
    } else if (text === "ROLLBACK") this.#end(session, false)
    else if (text === "COMMIT") {
      const ok = !session.failed
      this.#end(session, ok)
      if (this.weather.lostAnswers > 0) {
        this.weather.lostAnswers--
        this.met("answer of a commit lost")
        session.open = false
        this.#reply(session, answer, new PgFailure(CONNECTION_LOST, "the connection was lost"))
        return true
      }
      if (!ok) {
        this.#reply(session, answer, new PgFailure("25P02", "current transaction is aborted"))
        return true
      }
    } else if (/^set local statement_timeout/i.test(text)) session.untimed = true
    else return false
    this.#reply(session, answer, NONE)
    return true
  }

  /** Who writes waits for whoever writes. */
  #whenWriting(session: Session, answer: Answer, go: () => void) {
    const { writer } = this.store
    if (writer === undefined || writer === session) {
      this.store.writer = session
      if (writer === undefined && session.inTransaction) this.executed.push({ text: "BEGIN", params: [] })
      return go()
    }
    const waiting: Waiting = { session, answer, go: () => this.#whenWriting(session, answer, go) }
    this.#waiting.push(waiting)
    if (session.untimed) return
    this.#world.after(STATEMENT_TIMEOUT, () => this.#cancel(waiting, "canceling statement due to statement timeout"))
  }

  /** A client does not want the answer any more: a statement that waits is given up, and one that is carried out already stands. */
  cutShort(session: Session): void {
    const waiting = this.#waiting.find((one) => one.session === session)
    if (waiting !== undefined) this.#cancel(waiting, "canceling statement due to user request")
  }

  #cancel(waiting: Waiting, why: string): void {
    const at = this.#waiting.indexOf(waiting)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    const { answer, session } = waiting
    session.failed = session.inTransaction
    this.#reply(session, answer, new PgFailure("57014", why))
  }

  #carryOut(
    session: Session,
    statement: Statement,
    text: string,
    params: ReadonlyArray<unknown>
  ): ReadonlyArray<Row> | PgFailure {
    if (session.failed) return new PgFailure("25P02", "current transaction is aborted")
    try {
      const at = { store: this.store, reader: session, now: this.#now(), uuid: () => this.#world.uuid() }
      const rows = statement.run(at, params, text)
      if (statement.writes) this.executed.push({ text, params })
      if (statement.writes && !session.inTransaction) this.#end(session, true)
      return rows
    } catch (cause) {
      if (!(cause instanceof PgFailure)) throw cause
      this.executed.push({ text, params, refused: cause.code })
      if (session.inTransaction) session.failed = true
      else this.#end(session, false)
      return cause
    }
  }

  #end(session: Session, commit: boolean): void {
    if (this.store.writer === session) {
      if (session.inTransaction) this.executed.push({ text: commit ? "COMMIT" : "ROLLBACK", params: [] })
      if (commit) this.store.commit()
      else this.store.rollback()
    }
    session.inTransaction = session.failed = session.untimed = false
    if (this.store.writer === undefined) this.#waiting.shift()?.go()
  }

  #reply(session: Session, answer: Answer, result: ReadonlyArray<Row> | PgFailure): void {
    const { slowness } = this.weather
    this.#world.after(this.#world.between(0.3, 3) * slowness, () => {
      if (this.weather.state === "gone") {
        this.close(session)
        answer(new PgFailure(CONNECTION_LOST, "the connection to the server was lost"))
      } else answer(result)
    })
  }
}
