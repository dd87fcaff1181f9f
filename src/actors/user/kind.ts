/** The traveler as an actor: the persona from what is stored and journaled, learning as signals become durable. */

import * as Effect from "effect/Effect"
import { payloadsOfKind, recordOf } from "../../domain/records/kind.ts"
import { PERSONA } from "../../domain/records/kinds.ts"
import { isAwaited, SIGNAL } from "../../domain/records/signal.ts"
import { countsTowardsGate } from "../../domain/signal.ts"
import type { Lesson, UserCommand, UserReply } from "../../domain/user/commands.ts"
import {
  decideUser,
  evolveUser,
  saveAt,
  type UserFact,
  type UserSelfCommand,
  type UserTask
} from "../../domain/user/decide.ts"
import {
  exploredWith,
  learn,
  MAX_SEQUENCE,
  newUser,
  personaOf,
  remembered,
  sequenceOf,
  type UserState
} from "../../domain/user/state.ts"
import type { Journal } from "../../services/journal.ts"
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
  /** The persona is another one, by signals (`learnt`) or because somebody said so. */
  readonly changed: (userId: string, learnt: boolean) => void
  readonly now: () => number
}

const journalKey = (id: string): string => `user:${id}`

export const userKind = (parts: UserParts): ActorKind<UserTypes> => {
  const { journal, storage } = parts

  const load = Effect.fnUntraced(function* (id: string) {
    const entries = yield* journal.undrained(journalKey(id))
    const signals = payloadsOfKind(SIGNAL, entries)
    const stored = yield* storage.load(
      id,
      signals.map(({ signal }) => signal.id)
    )
    const record = payloadsOfKind(PERSONA, entries).at(-1)
    const learntUntil = Math.max(stored.learntUntil, record?.learnt_until ?? 0)
    // What is awaited is told when it is stored.
    const fresh = signals
      .filter((one) => !(isAwaited(one) || stored.known.has(one.signal.id)))
      .map(
        ({ received_at, signal }): Lesson => ({
          signal,
          at: received_at,
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
      persona: personaOf(id, dimensions, sequence, count, exploredWith(stored.explored, all)),
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
          fact._tag === "learnt" ? [] : [recordOf(PERSONA, journalKey(id), fact.record.id, fact.record)]
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
    perform: (id, { learnt }) => parts.changed(id, learnt)
  }
}
