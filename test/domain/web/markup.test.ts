import { assert, describe, it } from "@effect/vitest"
import { cleanPost } from "../../../src/domain/catalog/posts/clean.ts"
import { linkedData, plainText, withoutElements } from "../../../src/domain/web/markup.ts"

/** Seconds of the processor that something takes, whoever else wants it. */
const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

describe("markup of pages", () => {
  it("becomes the text that people read, line by line, without what others say in it", () => {
    assert.strictEqual(
      plainText('<p class="a">One <b>two</b></p><DIV>three<br/>four</DIV >five').replace(/ +/g, " ").trim(),
      "One two \n three\nfour\nfive"
    )
    assert.strictEqual(
      plainText("a<blockquote>not mine</blockquote >b<script>if (1 < 2) x()</script>c<style>p {}</style>d"),
      "a b c d"
    )
    assert.strictEqual(plainText("prices < 20 dollars, 3 < 4, <i>cheap</i>"), "prices < 20 dollars, 3 < 4,  cheap ")
    assert.strictEqual(plainText("never <aside closed, never <b opened"), "never <aside closed, never <b opened")
    assert.strictEqual(plainText("<aside>open to the end"), " open to the end")
  })

  it("loses whole elements, also those that are never closed", () => {
    const names = new Set(["script", "svg"])
    assert.strictEqual(withoutElements("a<script x='>'>b</script>c<b>d</b>", names), "a c<b>d</b>")
    assert.strictEqual(withoutElements("a<svg>b<script>c", names), "a ")
  })

  it("holds linked data in scripts of its type alone", () => {
    const page = `<script>var a = "<b>"</script><script id=x type='application/ld+json' nonce=1> {"a":1} </script >
      <script type=application/ld+json>[2]</script><script type="application/json">{}</script><script type="application/ld+json">`
    assert.deepStrictEqual(linkedData(page), ['{"a":1}', "[2]"])
  })

  it("is gone over once, whatever it opens and never closes", () => {
    const openers = [
      "<br ",
      "<br>",
      "</p ",
      "<script ",
      "<script>",
      "<script type=application/ld+json>",
      "<aside><script>",
      "<blockquote <br>",
      "<!--",
      "</script ",
      "<"
    ]
    const seconds = cpuSeconds(() => {
      for (const opener of openers) {
        const page = opener.repeat(400_000 / opener.length)
        plainText(page)
        linkedData(page)
        cleanPost(page.slice(0, 50_000))
      }
    })
    assert.isBelow(seconds, 10, "gone over anew at each of them, the first alone takes two minutes")
  })
})
