/**
 * Who decisions were for is the same for many of them: the journal gets it once, and their records refer to it. Kept
 * with the state itself, so that what nobody holds any more is forgotten by itself.
 */

import type { UserStateRecord } from "../../domain/decisions.ts"
import type { UserState } from "../../domain/learning-log/snapshots.ts"
import { recordOf } from "../../domain/records/kind.ts"
import { USER_STATE } from "../../domain/records/kinds.ts"
import type { JournalRecord } from "../../services/journal.ts"

/** After this long it is written again: the database sweeps what has not been referred to for days. */
const REWRITTEN_AFTER = 12 * 3_600_000

export class KeptStates {
  readonly #newId: (millis: number) => string
  readonly #kept = new WeakMap<UserState, { readonly id: string; readonly at: number }>()

  constructor(newId: (millis: number) => string) {
    this.#newId = newId
  }

  /** The id to refer to; where the journal does not hold the state yet, its record joins `entries`. */
  refer(state: UserState, key: string, now: number, entries: Array<JournalRecord>): string {
    const known = this.#kept.get(state)
    if (known !== undefined && now - known.at < REWRITTEN_AFTER) return known.id
    const id = this.#newId(now)
    const record: UserStateRecord = { id, user_ids: state.members.map((member) => member.user_id), state }
    entries.push(recordOf(USER_STATE, key, id, record))
    this.#kept.set(state, { id, at: now })
    return id
  }

  /** It did not get into the journal after all. */
  lost(state: UserState): void {
    this.#kept.delete(state)
  }
}
