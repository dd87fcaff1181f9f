/**
 * Ways to put candidates into an order for a group. Each takes the affinity matrix and the size of the package, and
 * gives every candidate a score of 0–1: the assembly adds feasibility to it. The decision page compares them.
 */
import { type AffinityMatrix, favouriteFrom } from "./affinity.ts"

export type GroupMethod = "averaging" | "least_misery" | "envy_greedy" | "gfar" | "proportional"

/** The share of a member's candidates that count as favourites. */
export const FAVOURITES = 0.2

const columnsOf = (affinity: AffinityMatrix) => affinity.indexes.length

/** What the loudest member pulls along: means of the tastes as they come. */
const averaging = (affinity: AffinityMatrix): Float64Array => {
  const n = columnsOf(affinity)
  const out = new Float64Array(n)
  for (let m = 0; m < affinity.members; m++) {
    for (let c = 0; c < n; c++) out[c]! += affinity.raw[m * n + c]! / affinity.members
  }
  return out
}

const leastMisery = (affinity: AffinityMatrix): Float64Array => {
  const n = columnsOf(affinity)
  const out = new Float64Array(n).fill(Number.POSITIVE_INFINITY)
  for (let m = 0; m < affinity.members; m++) {
    for (let c = 0; c < n; c++) out[c] = Math.min(out[c]!, affinity.raw[m * n + c]!)
  }
  return out
}

const ownMean = (affinity: AffinityMatrix): Float64Array => {
  const n = columnsOf(affinity)
  const out = new Float64Array(n)
  for (let m = 0; m < affinity.members; m++) {
    for (let c = 0; c < n; c++) out[c]! += affinity.own[m * n + c]! / affinity.members
  }
  return out
}

/** How much better being in the package is than being just outside of it, for the methods that choose one by one. */
const CHOSEN_SHARE = 0.5

/** Chooses `size` candidates one after the other by their gain; the rest follow by their mean. */
const greedy = (
  affinity: AffinityMatrix,
  size: number,
  gain: (candidate: number) => number,
  chosen: (candidate: number) => void
): Float64Array => {
  const n = columnsOf(affinity)
  const base = ownMean(affinity)
  const place = new Int32Array(n).fill(-1)
  for (let k = 0; k < Math.min(size, n); k++) {
    let best = -1
    let top = Number.NEGATIVE_INFINITY
    for (let c = 0; c < n; c++) {
      if (place[c]! >= 0) continue
      const worth = gain(c)
      if (worth > top) {
        top = worth
        best = c
      }
    }
    place[best] = k
    chosen(best)
  }
  return Float64Array.from(base, (mean, c) =>
    place[c]! < 0 ? (1 - CHOSEN_SHARE) * mean : CHOSEN_SHARE * (1 - place[c]! / (4 * size)) + (1 - CHOSEN_SHARE) * mean
  )
}

/** Whether no more than half of the group likes the candidate better than the member: nobody to envy for it. */
export const unenvied = ({ members, own, indexes }: AffinityMatrix, member: number, c: number): boolean => {
  const n = indexes.length
  const like = own[member * n + c]!
  const allowed = Math.max(1, Math.floor(members / 2))
  let better = 0
  for (let m = 0; m < members; m++) if (own[m * n + c]! > like && ++better >= allowed) return false
  return true
}

/** Envy-freeness first: an item counts for the members who like it most; who has too few such items comes first. */
const envyGreedy = (affinity: AffinityMatrix, size: number): Float64Array => {
  const n = columnsOf(affinity)
  const { members, own } = affinity
  const base = ownMean(affinity)
  const due = Math.max(1, Math.floor(size / members))
  const has = new Uint16Array(members)
  return greedy(
    affinity,
    size,
    (c) => {
      let fair = 0
      for (let m = 0; m < members; m++) if (has[m]! < due && unenvied(affinity, m, c)) fair += own[m * n + c]!
      return 0.5 * base[c]! + (0.5 * fair) / members
    },
    (c) => {
      for (let m = 0; m < members; m++) if (unenvied(affinity, m, c)) has[m]!++
    }
  )
}

/** Each member's chance to find something they love; what one has found already counts less and less. */
const gfar = (affinity: AffinityMatrix, size: number): Float64Array => {
  const n = columnsOf(affinity)
  const { members, own } = affinity
  // Chances of all candidates of a member add up to the package's size, so that nobody is satisfied by one.
  const chance = new Float64Array(members * n)
  for (let m = 0; m < members; m++) {
    const order = Array.from({ length: n }, (_, c) => c).sort((a, b) => own[m * n + b]! - own[m * n + a]!)
    const reach = Math.max(size, Math.floor(n * FAVOURITES))
    for (let k = 0; k < Math.min(reach, n); k++) chance[m * n + order[k]!] = (reach - k) / reach
  }
  const unmet = new Float64Array(members).fill(1)
  return greedy(
    affinity,
    size,
    (c) => {
      let sum = 0
      for (let m = 0; m < members; m++) sum += unmet[m]! * chance[m * n + c]!
      return sum
    },
    (c) => {
      // Halved, not wiped out: a package is many chances, and the second one still counts.
      for (let m = 0; m < members; m++) unmet[m]! *= 1 - 0.5 * chance[m * n + c]!
    }
  )
}

/** What an item is worth that is a member's own, while the member has fewer such items than their part. */
const OWN_ITEM = 0.2

/**
 * Everybody's share of the whole grows alike: an item is worth what it gives to members below their share, and a
 * little more to those who have too few items that they alone like.
 */
const proportional = (affinity: AffinityMatrix, size: number): Float64Array => {
  const n = columnsOf(affinity)
  const { members, own } = affinity
  const line = Float64Array.from({ length: members }, (_, m) => favouriteFrom(affinity, m, FAVOURITES))
  // Liking counts from the favourites down: what one does not mind is no gift.
  const worth = new Float64Array(members * n)
  for (let m = 0; m < members; m++) {
    for (let c = 0; c < n; c++) {
      const like = own[m * n + c]!
      worth[m * n + c] = like >= line[m]! ? like : 0.5 * like * like
    }
  }
  const got = new Float64Array(members)
  const has = new Uint16Array(members)
  const due = Math.max(1, Math.floor(size / members))
  let total = 0
  return greedy(
    affinity,
    size,
    (c) => {
      let given = 0
      for (let m = 0; m < members; m++) given += worth[m * n + c]!
      const share = (total + given) / members
      let gain = 0
      for (let m = 0; m < members; m++) {
        gain += Math.max(0, Math.min(worth[m * n + c]!, share - got[m]!))
        if (has[m]! < due && unenvied(affinity, m, c)) gain += OWN_ITEM * worth[m * n + c]!
      }
      return gain
    },
    (c) => {
      for (let m = 0; m < members; m++) {
        got[m]! += worth[m * n + c]!
        total += worth[m * n + c]!
        if (unenvied(affinity, m, c)) has[m]!++
      }
    }
  )
}

/** A score for every candidate, in the order of the matrix. `size` is about how many will be chosen. */
export const groupScores = (affinity: AffinityMatrix, size: number, method: GroupMethod): Float64Array => {
  switch (method) {
    case "averaging":
      return averaging(affinity)
    case "least_misery":
      return leastMisery(affinity)
    case "envy_greedy":
      return envyGreedy(affinity, size)
    case "gfar":
      return gfar(affinity, size)
    case "proportional":
      return proportional(affinity, size)
  }
}
