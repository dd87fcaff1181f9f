/** The traveler as an actor: the persona from what is stored and journaled, learning as signals become durable. */
import * as Effect from "effect/Effect"
import { countsTowardsGate, readPayload, SIGNAL_RECORD } from "../../domain/signal.ts"
import type { Lesson, UserCommand, UserReply } from "../../domain/user/commands.ts"
import {
  decideUser,
  evolveUser,
  type PersonaRecord,
  saveAt,
  type UserFact,
  type UserSelfCommand,
  type UserTask
} from "../../domain/user/decide.ts"
import {
  learn,
  MAX_SEQUENCE,
  newUser,
  personaOf,
  remembered,
  sequenceOf,
  type UserState
} from "../../domain/user/state.ts"
import type { Journal, RecordType } from "../../services/journal.ts"
import type { UserStorage } from "../../services/user-storage.ts"
import type { ActorKind } from "../engine/kind.ts"

export interface UserTypes {
  State: UserState
  Command: UserCommand | UserSelfCommand
  Event: UserFact
  Record: never
  Reply: UserReply
  Task: UserTask
}

export interface UserParts {
  readonly journal: Journal["Service"]
  readonly storage: UserStorage["Service"]
  /** The place as a resident catalog knows it. */
  readonly nodeOf: (nodeId: string) => Lesson["node"]
  readonly changed: (userId: string) => void
  readonly now: () => number
}

const PERSONA: RecordType = { type: "persona", version: 1 }
const journalKey = (id: string): string => `user:${id}`

export const userKind = (parts: UserParts): ActorKind<UserTypes> => {
  const { journal, storage } = parts

  const load = Effect.fnUntraced(function* (id: string) {
    const entries = yield* journal.undrained(journalKey(id))
    const signals = entries
      .filter((entry) => entry.type === SIGNAL_RECORD.type)
      .map((entry) => readPayload(entry.payload))
    const stored = yield* storage.load(
      id,
      signals.map(({ signal }) => signal.id)
    )
    const written = entries.filter((entry) => entry.type === PERSONA.type).at(-1)
    const record: PersonaRecord | undefined = written === undefined ? undefined : JSON.parse(written.payload)
    const learntUntil = Math.max(stored.learntUntil, record?.learnt_until ?? 0)
    // What is awaited is told when it is stored.
    const fresh = signals
      .filter(({ awaited, signal }) => !(awaited || stored.known.has(signal.id)))
      .map(
        ({ at, signal }): Lesson => ({
          signal,
          at,
          node: signal.activity_node_id === null ? undefined : parts.nodeOf(signal.activity_node_id)
        })
      )
    const all = [...stored.signals, ...fresh]
    const lessons = all.filter((lesson) => lesson.at > learntUntil)
    const counting = (of: ReadonlyArray<Lesson>) => of.filter(({ signal }) => countsTowardsGate(signal)).length
    // Learning counts: what is about to be learnt from is not counted before.
    const count = stored.signalCount + counting(fresh) - counting(lessons)
    const base = newUser(id)
    const learnt = all.filter((lesson) => lesson.at <= learntUntil)
    const sequence = sequenceOf(learnt).slice(-MAX_SEQUENCE)
    const dimensions = record?.dimensions ?? stored.dimensions ?? base.persona.dimensions
    const before: UserState = {
      ...base,
      persona: personaOf(id, dimensions, sequence, count),
      recent: remembered(learnt, record?.recent ?? stored.recent),
      learntUntil
    }
    return { snapshot: learn(before, lessons, parts.now()), events: [] }
  })

  return {
    name: "user",
    storage: { load, saveSnapshot: () => Effect.void, available: storage.available },
    log: {
      append: (id, facts, _records, settled) => {
        const records = facts.flatMap((fact) =>
          fact._tag === "learnt"
            ? []
            : [{ ...PERSONA, key: journalKey(id), id: fact.record.id, payload: JSON.stringify(fact.record) }]
        )
        const ticket = journal.append("trip", records, settled)
        if (ticket._tag !== "AppendTicket") throw ticket
      }
    },
    initial: newUser,
    evolve: evolveUser,
    decide: decideUser,
    describe: (command) => command._tag,
    sizeOf: (state) => 3_500 + state.persona.sequence.length * 120 + state.recent.length * 250,
    /** What was learnt is written down before anybody leaves. */
    pinned: (state) => state.unsavedSince !== undefined,
    wakeAt: saveAt,
    wake: () => ({ _tag: "save" }),
    perform: (id) => parts.changed(id)
  }
}
