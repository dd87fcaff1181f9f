/** Fields are found in a record's bytes as JSON.parse would find them, and what is no object is refused. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { RecordFields } from "../../../src/layers/postgres/journal-sink/record-fields.ts"

const NAMES = ["id", "name", "context", "at"]

const names = fc.constantFrom(...NAMES, "na", "names", 'a"b', "ö\\", "other")
const record = fc.dictionary(names, fc.jsonValue(), { maxKeys: 8, noNullPrototype: true })

const readAll = (text: string): Record<string, unknown> => {
  const fields = new RecordFields(NAMES)
  // What another record left behind must not shine through.
  fields.read(Buffer.from('{"at":1,"context":2,"name":3,"id":4}'))
  fields.read(Buffer.from(text))
  return Object.fromEntries(
    NAMES.flatMap((name, i) => (fields.from(i) < 0 ? [] : [[name, fields.absent(i) ? null : fields.value(i)]]))
  )
}

const asked = (value: Record<string, unknown>) =>
  Object.fromEntries(NAMES.flatMap((name) => (Object.hasOwn(value, name) ? [[name, value[name]]] : [])))

describe("the fields of a record", () => {
  it("are those of its JSON, in any order, with any spaces", () => {
    fc.assert(
      fc.property(record, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        assert.deepStrictEqual(readAll(JSON.stringify(value, null, space)), JSON.parse(JSON.stringify(asked(value))))
      }),
      { numRuns: 500 }
    )
  })

  it("count where they come twice as they last came", () => {
    assert.deepStrictEqual(readAll('{"id":1,"name":"a","id":{"id":3}}'), { id: { id: 3 }, name: "a" })
  })

  it("are told apart from texts that look like them", () => {
    const text = '{"other":"\\",\\"id\\":1","context":{"id":2,"x":["}","]"]},"id":"\\\\"}'
    assert.deepStrictEqual(readAll(text), { context: { id: 2, x: ["}", "]"] }, id: "\\" })
  })

  it("cannot be read of what is no object, however it is cut short", () => {
    const whole = '{"id":"a\\"b","context":{"a":[1,"x"]},"at":12,"name":true}'
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => readAll(whole.slice(0, length)), SyntaxError, undefined, whole.slice(0, length))
    }
    for (const text of [
      "[]",
      "5",
      '"id"',
      "null",
      '{"id"}',
      '{"id":}',
      "{id:1}",
      '{"id":1 "name":2}',
      '{"id":,"name":1}'
    ]) {
      assert.throws(() => readAll(text), SyntaxError, undefined, text)
    }
  })
})
