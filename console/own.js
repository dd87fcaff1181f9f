/**
 * What a traveler keeps on this device alone: needs that go into each trip, notes at stops. By person; gone when they sign
 * out or somebody else signs in.
 */
const PREFIX = "overplanned.own."

/** A note or a list; what is longer is cut by whoever writes it. */
const LONGEST = 10_000

const storage = () => {
  try {
    return globalThis.localStorage
  } catch {
    return undefined
  }
}

/** Forgets what others keep here. */
export const forgetOthersOwn = (person) => {
  const store = storage()
  if (store === undefined) return
  const names = Object.keys(store).filter((name) => name.startsWith(PREFIX))
  for (const name of names) if (!name.startsWith(`${PREFIX}${person}.`)) store.removeItem(name)
}

/** Where the browser keeps nothing, nothing is kept. */
export const ownOf = (person) => {
  const key = (name) => `${PREFIX}${person}.${name}`
  return {
    /** @returns {any} */
    get: (name) => {
      try {
        return JSON.parse(storage()?.getItem(key(name)) ?? "null") ?? undefined
      } catch {
        return undefined
      }
    },
    /** Says whether it is kept: a full store keeps what it has. */
    set: (name, value) => {
      const text = JSON.stringify(value)
      try {
        if (value === undefined) storage()?.removeItem(key(name))
        else if (text.length > LONGEST) return false
        else storage()?.setItem(key(name), text)
        return storage() !== undefined
      } catch {
        return false
      }
    }
  }
}

/** The notes that somebody wrote on places of one trip: they stay with the place when the plan is made anew. */
export const notesOf = (own, tripId) => {
  const name = `notes.${tripId}`
  const all = () => own.get(name) ?? {}
  return {
    /** @returns {string | undefined} */
    get: (place) => all()[place],
    set: (place, text) => {
      const { [place]: _, ...others } = all()
      const left = text === "" ? others : { ...others, [place]: text }
      return own.set(name, Object.keys(left).length === 0 ? undefined : left)
    }
  }
}
