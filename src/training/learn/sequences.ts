/** Sequences of items, one per user, packed: user `u` has `items[offsets[u]] … items[offsets[u + 1] - 1]`, in order of time. */

export interface Sequences {
  /** Items are numbered from 0. */
  readonly itemCount: number
  readonly offsets: Int32Array
  readonly items: Int32Array
  /** How each item came to stand there, numbered from 0: a row of its own is added to the item's. */
  readonly contexts?: Int32Array
  readonly contextCount?: number
  /**
   * What each item is described by (items × `columns`), all 0 where nothing is known: what is learnt of a description is shared
   * by all items, and holds for those that nobody has met.
   */
  readonly descriptions?: { readonly columns: number; readonly numbers: Float32Array }
  /** 0 for items that were passed: they are no answer to "what next", and a no to "would they take this". */
  readonly answers?: Uint8Array
}

export const userCount = (data: Sequences): number => data.offsets.length - 1

export const lengthOf = (data: Sequences, user: number): number => data.offsets[user + 1]! - data.offsets[user]!

export const sequenceOf = (data: Sequences, user: number): Int32Array =>
  data.items.subarray(data.offsets[user]!, data.offsets[user + 1]!)

export const packed = (itemCount: number, lists: ReadonlyArray<ArrayLike<number>>): Sequences => {
  const offsets = new Int32Array(lists.length + 1)
  for (const [u, list] of lists.entries()) offsets[u + 1] = offsets[u]! + list.length
  const items = new Int32Array(offsets.at(-1)!)
  for (const [u, list] of lists.entries()) items.set(list, offsets[u])
  return { itemCount, offsets, items }
}

/** How often each item occurs. */
export const countsOf = (data: Sequences): Int32Array => {
  const counts = new Int32Array(data.itemCount)
  for (const item of data.items) counts[item]! += 1
  return counts
}

/**
 * One question per user: which of these would they take next? The first of each user's `width` candidates is the one
 * that they took.
 */
export interface Questions {
  readonly users: Int32Array
  readonly candidates: Int32Array
  readonly width: number
}
