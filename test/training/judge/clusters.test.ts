import { describe, expect, it } from "vitest"
import { clustersOf } from "../../../src/training/judge/clusters.ts"

describe("who is drawn together", () => {
  it("travels together, through whomever; who travels alone is alone", () => {
    const clusterOf = clustersOf([["b", "a"], ["b", "c"], ["d"], ["a"]])
    expect(clusterOf("c")).toBe(clusterOf("a"))
    expect(clusterOf("b")).toBe(clusterOf("a"))
    expect(clusterOf("d")).toBe("d")
  })

  it("is no crowd: who was with everybody leaves enough to draw from", () => {
    const people = Array.from({ length: 200 }, (_, i) => `p${i}`)
    const parties = people.map((one, i) => [one, people[(i * 7 + 1) % people.length]!])
    const clusterOf = clustersOf([...parties, ...parties])
    const sizes = Map.groupBy(people, clusterOf)
    expect(Math.max(...[...sizes.values()].map(({ length }) => length))).toBeLessThanOrEqual(8)
    expect(sizes.size).toBeLessThan(people.length / 2)
  })
})
