/**
 * What a group got: measured the same way whatever chose the package. A member's share is proportional when the
 * package holds their part of it in favourites of theirs; it is envy-free when as many of its items are ones that
 * hardly anybody else of the group likes more.
 */
import { type AffinityMatrix, favouriteFrom } from "./affinity.ts"
import { FAVOURITES, unenvied } from "./methods.ts"

export interface MemberShare {
  readonly member: number
  /** How good the package is for the member, relative to the best package of that size for them alone. */
  readonly satisfaction: number
  /** Candidates of the package that are favourites of the member, most liked first. */
  readonly favourites: ReadonlyArray<number>
  /** Candidates of the package that no more than half of the group likes better. */
  readonly unenvied: number
  readonly proportional: boolean
  readonly envyFree: boolean
}

export interface Fairness {
  readonly shares: ReadonlyArray<MemberShare>
  /** Shares of the members whose part is proportional, and envy-free. */
  readonly proportionality: number
  readonly envyFreeness: number
  readonly meanSatisfaction: number
  readonly leastSatisfaction: number
  /** The least satisfied relative to the most satisfied. */
  readonly balance: number
}

/** Items of the package that are a member's part. */
const dueOf = (size: number, members: number): number => Math.max(1, Math.floor(size / members))

/** Measures a package, given as positions in the matrix. */
export const fairnessOf = (affinity: AffinityMatrix, chosen: ReadonlyArray<number>): Fairness => {
  const n = affinity.indexes.length
  const { members, own } = affinity
  const due = dueOf(chosen.length, members)
  const shares = Array.from({ length: members }, (_, member): MemberShare => {
    const like = (c: number) => own[member * n + c]!
    const line = favouriteFrom(affinity, member, FAVOURITES)
    const best = own
      .slice(member * n, member * n + n)
      .sort()
      .slice(n - chosen.length)
    const bestSum = best.reduce((sum, x) => sum + x, 0)
    const mine = chosen.filter((c) => unenvied(affinity, member, c)).length
    const favourites = chosen.filter((c) => like(c) >= line).sort((a, b) => like(b) - like(a))
    return {
      member,
      satisfaction: bestSum === 0 ? 1 : chosen.reduce((sum, c) => sum + like(c), 0) / bestSum,
      favourites,
      unenvied: mine,
      proportional: favourites.length >= due,
      envyFree: mine >= due
    }
  })
  const satisfactions = shares.map((share) => share.satisfaction)
  const least = Math.min(...satisfactions)
  const most = Math.max(...satisfactions)
  return {
    shares,
    proportionality: shares.filter((share) => share.proportional).length / members,
    envyFreeness: shares.filter((share) => share.envyFree).length / members,
    meanSatisfaction: satisfactions.reduce((sum, x) => sum + x, 0) / members,
    leastSatisfaction: least,
    balance: most === 0 ? 1 : least / most
  }
}
