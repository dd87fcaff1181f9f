/** Whom a record of the journal is about, read from its text: most records name nobody who left, and are parsed elsewhere. */
import { TRIP_EVENT } from "../records/kinds.ts"

/** The fields that hold a person's id, also inside the text of an answer that is kept as a receipt. */
const PERSON = /(?:user_id|ranked_for|unit_id|actor_id|invited_by|owner|by)\\?":\\?"([0-9a-f]{8}-[0-9a-f-]{27})/g
const PARTY = /"party":\[([^\]]*)\]/g
const ID = /[0-9a-f]{8}-[0-9a-f-]{27}/g

/** `user:<id>` and `receipts:<id>`. */
const KEY = /^(?:user|receipts):(.+)$/

export interface Named {
  readonly type: string
  readonly key: string
  readonly payload: string
}

/** A trip's own word that somebody left because they are erased: it is part of their erasure. */
const isFarewell = ({ type, payload }: Named): boolean => {
  if (type !== TRIP_EVENT.type || !payload.includes("member_left")) return false
  const { event } = TRIP_EVENT.decode(payload)
  return event._tag === "member_left" && event.erased
}

export const peopleNamed = (record: Named, add: (id: string) => void): void => {
  if (isFarewell(record)) return
  const owner = KEY.exec(record.key)?.[1]
  if (owner !== undefined) add(owner)
  for (const [, id] of record.payload.matchAll(PERSON)) add(id!)
  for (const [, party] of record.payload.matchAll(PARTY)) for (const [id] of party!.matchAll(ID)) add(id)
}
