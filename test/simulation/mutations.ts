/** Defects on purpose, each a patch of one place of the runtime: a simulation that does not notice them is not good enough. */

export interface Mutation {
  readonly what: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "acknowledge-before-fsync": {
    what: "a write is acknowledged before it is synced",
    file: "src/layers/journal/writer.ts",
    find: "if (this.#file!.writesThrough !== true) await this.#file!.sync()",
    replace: "if (this.#file!.writesThrough !== true) void this.#file!.sync().catch(() => {})"
  },
  "turn-that-awaits": {
    what: "the state of a turn is put in place a turn of the loop later",
    file: "src/actors/engine/turns.ts",
    find: "    cell.state = next\n    if (!appends",
    replace: "    host.defer(() => { cell.state = next })\n    if (!appends"
  },
  "recovery-skips-an-event": {
    what: "reading a trip leaves out the first change that is only in the journal",
    file: "src/actors/trip/load.ts",
    find: "undrained.filter((one) => one.seq > last && !gone.has(one.seq))",
    replace: "undrained.filter((one) => one.seq > last && !gone.has(one.seq)).slice(1)"
  },
  "replay-before-admission": {
    what: "a write that was answered before is answered again to who is none of the trip any more",
    file: "src/domain/trip/decide.ts",
    find: "if (!admits(turn.trip, command)) return reject(notFound())",
    replace:
      "const again = key !== undefined && state.receipts.some((one) => one.key === key && one.by === by)\n    if (again) return { reply: { _tag: 'changed', trip: turn.trip, event: null, replayed: true } }\n    if (!admits(turn.trip, command)) return reject(notFound())"
  },
  "refused-event-dropped": {
    what: "a change that the database refuses is dropped without a word",
    file: "src/layers/journal/drainer.ts",
    find: "const loss = sequenced.has(only.type) && !(yield* told(only))",
    replace:
      "if (sequenced.has(only.type)) return yield* store([], through)\n          const loss = sequenced.has(only.type) && !(yield* told(only))"
  },
  "epoch-not-renewed": {
    what: "trips keep their epoch where a journal was lost",
    file: "src/layers/postgres/journal-sink/enrollment.ts",
    find: "if (other === undefined) return since",
    replace: "if (other !== undefined || other === undefined) return since"
  }
}

/** The file's text with the defect in it. Throws where the place is not there, or not alone. */
export const mutated = ({ file, find, replace }: Mutation, text: string): string => {
  const parts = text.split(find)
  if (parts.length !== 2)
    throw new Error(`The place to mutate stands ${parts.length - 1} times in ${file}, not once: ${find}`)
  return parts.join(replace)
}
