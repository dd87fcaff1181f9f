/** Who is drawn together when means are drawn again: what one of a party does, the others do for the same reasons. */

/** People that are drawn together at most: who travels with everybody by and by would otherwise leave nothing to draw from. */
const MOST_TOGETHER = 8

/**
 * For each person their cluster, by name. Parties that share people are one cluster, those that decided most often first, as long as
 * that is no crowd; of one that would make a crowd, everybody stays in the cluster that they had.
 */
export const clustersOf = (parties: ReadonlyArray<ReadonlyArray<string>>): ((person: string) => string) => {
  const counts = new Map<string, { readonly people: ReadonlyArray<string>; decisions: number }>()
  for (const party of parties) {
    const people = [...new Set(party)].sort()
    if (people.length < 2) continue
    const name = people.join("+")
    const known = counts.get(name)
    if (known === undefined) counts.set(name, { people, decisions: 1 })
    else known.decisions++
  }
  const clusterOf = new Map<string, { readonly name: string; readonly people: ReadonlySet<string> }>()
  const alone = (person: string) => ({ name: person, people: new Set([person]) })
  const often = [...counts].toSorted(([a, x], [b, y]) => y.decisions - x.decisions || (a < b ? -1 : 1))
  for (const [, { people }] of often) {
    const together = new Set(people.flatMap((person) => [...(clusterOf.get(person) ?? alone(person)).people]))
    if (together.size > MOST_TOGETHER) continue
    const cluster = { name: [...together].sort().join("+"), people: together }
    for (const person of together) clusterOf.set(person, cluster)
  }
  return (person) => clusterOf.get(person)?.name ?? person
}
