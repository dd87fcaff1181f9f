/** An answer of Overpass, cut into parts anywhere: the same elements as when it is read whole. */
import { assert, describe, it } from "@effect/vitest"
import { AnswerScan } from "../../../../src/domain/catalog/osm/answer-scan.ts"

const scan = (bytes: Uint8Array, partBytes: number) => {
  const elements: Array<unknown> = []
  const one = new AnswerScan((text) => elements.push(text === undefined ? undefined : JSON.parse(text)))
  for (let at = 0; at < bytes.length; at += partBytes) one.push(bytes.slice(at, at + partBytes))
  return { elements, ...one.end() }
}

const encode = (text: string) => new TextEncoder().encode(text)

const ANSWER = {
  version: 0.6,
  osm3s: { elements: ["not these"], copyright: 'Open "data", \\ {[' },
  elements: [
    { type: "node", id: 1, tags: { name: 'Le "Petit" ], Café 日本 🚲', note: "back\\slash\\\\" } },
    { type: "way", id: 2, nodes: [1, 2, 3], members: [{ geometry: [{ lat: 1 }] }] },
    null,
    "text, with a comma and ] a bracket",
    7,
    []
  ],
  remark: "runtime error: timed out"
}

describe("an answer in parts", () => {
  it("gives its elements wherever it is cut", () => {
    for (const text of [JSON.stringify(ANSWER), `\uFEFF${JSON.stringify(ANSWER, null, 2)}\n`]) {
      const bytes = encode(text)
      for (const partBytes of [1, 2, 3, 7, 64, bytes.length]) {
        const { elements, problem, remark } = scan(bytes, partBytes)
        assert.deepStrictEqual(elements, ANSWER.elements)
        assert.strictEqual(problem, undefined)
        assert.strictEqual(remark, ANSWER.remark)
      }
    }
  })

  const BROKEN: ReadonlyArray<readonly [text: string, problem: RegExp]> = [
    ["", /no JSON/],
    ["<html>busy</html>", /no JSON/],
    ['{"elements": []} and more', /no JSON/],
    ["[1, 2]", /no JSON/],
    ["{}", /no list/],
    ['{"elements": {}}', /no list/],
    ['{"elements": [{"id": 1}', /in the middle/],
    ['{"elements": [], "remark": "cut', /in the middle/]
  ]
  for (const [text, problem] of BROKEN) {
    it(`is none where it reads ${JSON.stringify(text)}`, () => {
      assert.match(scan(encode(text), 5).problem ?? "", problem)
    })
  }
})
