/** Words that every object knows, such as "constructor", are words like any other: no traveler's actor stumbles over them. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { entryOf } from "../../../src/domain/basics/entry-of.ts"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import type { UserId } from "../../../src/domain/ids.ts"
import { DIMENSION_NAMES, readDimensions, readSeed, readWord, VALUES } from "../../../src/domain/persona/dimensions.ts"
import { Onboarding } from "../../../src/domain/persona/onboarding.ts"
import type { Persona } from "../../../src/domain/persona/persona.ts"
import { judgeSignal, type Signal } from "../../../src/domain/signal.ts"
import { UserCommand, UserReply } from "../../../src/domain/user/commands.ts"
import { decideUser, evolveUser, type UserFact } from "../../../src/domain/user/decide.ts"
import { newUser, type UserState } from "../../../src/domain/user/state.ts"
import { fc } from "../../support/properties.ts"

const NOW = Date.UTC(2026, 4, 1)
const USER = uuidOfName("test", "traveler") as UserId
const INHERITED = [...Object.getOwnPropertyNames(Object.prototype), "prototype", "then", "length", "name"]

/** Everything inherited, as it is and dressed up; what the first screen asks about; and anything at all. */
const word = fc.oneof(
  fc.constantFrom(...INHERITED),
  fc.constantFrom(...INHERITED).map((one) => ` ${one.toUpperCase()} `),
  fc.constantFrom("pace", "budget", "Social-Mode", "rhythm", "trips", "interest", "openness", "food", "likes"),
  fc.constantFrom("slow", "flexible", "adventurous", "ramen", "outdoors", "museums"),
  fc.string({ maxLength: 20 })
)
const answer = fc.oneof(
  word,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.array(word, { maxLength: 5 })
)

/** As a client sends it: JSON can name what a literal cannot. */
const sent = fc
  .record({
    tags: fc.array(fc.tuple(word, answer), { maxLength: 8 }),
    interests: fc.array(word, { maxLength: 5 }),
    personality: fc.double({ min: 0, max: 1, noNaN: true })
  })
  .map(({ tags, ...more }): unknown => {
    const said = tags.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")
    return JSON.parse(`{"tags":{${said}},${JSON.stringify(more).slice(1)}`)
  })

const decode = Schema.decodeUnknownOption(Onboarding)
const throughTheWire = <S extends Schema.Codec<unknown, unknown>>(schema: S, value: S["Type"]) =>
  Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(Schema.encodeUnknownSync(schema)(value))))

const assertSound = ({ dimensions, vector }: Persona) => {
  for (const name of DIMENSION_NAMES) {
    const { value, confidence, source } = dimensions[name]
    assert.isTrue(confidence >= 0 && confidence <= 1, `${name} is ${confidence} sure`)
    assert.isString(source)
    if (name === "cuisine_openness") assert.isTrue((value as number) >= 0 && (value as number) <= 1)
    else if (name === "category_affinities") assert.isTrue((value as ReadonlyArray<number>).every(Number.isFinite))
    else assert.include(VALUES[name] as ReadonlyArray<string>, value as string)
  }
  assert.isTrue(vector.every(Number.isFinite))
}

/** The traveler's actor without its runtime. */
const alive = () => {
  let state: UserState = newUser(USER)
  let ids = 0
  return {
    send: (command: Parameters<typeof decideUser>[1]) => {
      const decision = decideUser(state, command, { now: NOW, id: () => uuidOfName("test", `${ids++}`) })
      const facts: ReadonlyArray<UserFact> = [...(decision.events ?? []), ...(decision.transient ?? [])]
      for (const fact of facts) state = evolveUser(state, fact)
      for (const fact of decision.events ?? []) if ("record" in fact) assert.isString(JSON.stringify(fact.record))
      return decision.reply
    }
  }
}

describe("words that every object knows", () => {
  it("mean nothing to a table that does not list them", () => {
    for (const name of INHERITED) assert.isUndefined(entryOf({ listed: 1 }, name), name)
    assert.strictEqual(entryOf({ constructor: 1 }, "constructor"), 1)
  })

  it("are understood by no dimension, as what one is called or as what one is", () => {
    for (const name of INHERITED) {
      for (const dimension of DIMENSION_NAMES) {
        if (dimension === "cuisine_openness" || dimension === "category_affinities") continue
        assert.isUndefined(readWord(dimension, name), `${dimension} ${name}`)
      }
    }
    const seed: unknown = JSON.parse(
      `{"__proto__": {"pace_preference": "packed"}, "constructor": "x", "toString": {"value": 1}}`
    )
    assert.deepStrictEqual(readSeed(seed), readDimensions({}, "import"))
  })

  it("make a sound persona in any onboarding, which says of them that they mean nothing", () => {
    fc.assert(
      fc.property(sent, (body) => {
        const onboarding = decode(body)
        fc.pre(onboarding._tag === "Some")
        const actor = alive()
        const reply = actor.send(
          throughTheWire(UserCommand, { _tag: "onboard", onboarding: onboarding.value }) as never
        )
        assertSound(reply.persona)
        assertSound((throughTheWire(UserReply, reply) as typeof reply).persona)
        assert.deepStrictEqual(actor.send({ _tag: "read" }).persona, reply.persona)
      }),
      { numRuns: 500 }
    )
  })

  it("are taken or refused in a signal with a sentence, and taught from without harm", () => {
    const field = fc.oneof(word, fc.constantFrom("day_part", "rating", "weather", "time_to_action_ms", "model_version"))
    const item = fc
      .record({
        signal_type: fc.oneof({ weight: 3, arbitrary: fc.constantFrom("slot_accept", "thumbs_down") }, word),
        context: fc.array(fc.tuple(field, answer), { maxLength: 6 }),
        more: fc.oneof(fc.constant([]), fc.array(fc.tuple(word, answer), { maxLength: 3 }))
      })
      .map(({ context, more, signal_type }): unknown => {
        const object = (pairs: ReadonlyArray<readonly [string, unknown]>) =>
          pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")
        const own = `"id":"${uuidOfName("test", "signal")}","signal_type":${JSON.stringify(signal_type)},"activity_node_id":"${uuidOfName("test", "node")}","occurred_at":"2026-05-01T00:00:00Z","context":{${object(context)}}`
        return JSON.parse(`{${[object(more), own].filter((part) => part !== "").join(",")}}`)
      })
    const rules = { now: NOW, maxAheadMillis: 1_000, maxAgeMillis: 86_400_000 }
    const node = {
      id: uuidOfName("test", "node"),
      category: "cafe" as const,
      price_tier: 1,
      vibe: [1, ...Array(63).fill(0)]
    }
    let taken = 0
    fc.assert(
      fc.property(item, (one) => {
        const judged = judgeSignal(one, USER, "app", rules)
        if ("problem" in judged) {
          assert.match(judged.problem, /^\S.+/)
          return
        }
        taken++
        const signal: Signal = JSON.parse(JSON.stringify(judged))
        const actor = alive()
        const observe = { _tag: "observe" as const, lessons: [{ signal, node, at: NOW }] }
        assertSound(actor.send(throughTheWire(UserCommand, observe as never) as never).persona)
      }),
      { numRuns: 500 }
    )
    assert.isAbove(taken, 50)
  })
})
