import { assert, describe, it } from "@effect/vitest"
import { isInnerAddress } from "../../../src/domain/web/addresses.ts"
import { readRobots } from "../../../src/domain/web/robots.ts"
import { fc } from "../../support/properties.ts"

describe("inner addresses", () => {
  it("are known in all their disguises", () => {
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "0.0.0.0",
      "100.64.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "::1",
      "::",
      "::ffff:127.0.0.1",
      "fe80::1",
      "fc00::1",
      "fd12::1",
      "ff02::1",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "2001:db8::1",
      "2001::1"
    ]) {
      assert.isTrue(isInnerAddress(address), address)
    }
    for (const address of ["8.8.8.8", "151.101.1.140", "172.32.0.1", "2606:4700::1111", "2001:4860:4860::8888"]) {
      assert.isFalse(isInnerAddress(address), address)
    }
  })
})

describe("robots.txt", () => {
  it("is read by the longest rule that fits, for the group that is meant", () => {
    const robots = readRobots(
      "User-agent: a\nUser-agent: b\nDisallow: /x*/y$\nAllow: /x/open\nCrawl-delay: 3\n\nUser-agent: *\nDisallow: /",
      "B"
    )
    assert.deepStrictEqual(["/x1/y", "/x1/y/z", "/x/open", "/"].map(robots.allows), [false, true, true, true])
    assert.strictEqual(robots.delay, 3)
    assert.isFalse(readRobots("User-agent: *\nDisallow: /", "c").allows("/any"))
    assert.isTrue(readRobots("User-agent: *\nDisallow:", "c").allows("/any"))
  })
  it("says something of any path, whatever it holds, in no time", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (text, path) => typeof readRobots(`User-agent: *\nDisallow: /${text}`, "a").allows(`/${path}`) === "boolean"
      )
    )
    assert.isBoolean(readRobots(`User-agent: *\nDisallow: /${"*a".repeat(5000)}b`, "a").allows(`/${"a".repeat(5000)}`))
  })
})
