import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { make } from "../../../src/actors/engine/make.ts"
import * as ActorKindList from "../../../src/cases/health/actor-kind-list.ts"
import { uuidOfName } from "../../../src/domain/basics/hash.ts"
import { logged } from "../../harness/logged.ts"
import { type Bank, bank, Disk } from "./bank.ts"

it.live("an actor that stumbles is logged by what it is, never by whose it is", () => {
  const { lines, layer } = logged()
  const person = uuidOfName("test", "person")
  const disk = new Disk()
  disk.immediate = true
  return Effect.gen(function* () {
    const engine = yield* make<Bank>(bank(disk))
    yield* engine.ask(person, { _tag: "CrashOnce", entry: `entry of ${person}` })
    assert.deepStrictEqual(lines, ["bank :id: crashed: stumbled over entry of :id"])
  }).pipe(Effect.scoped, Effect.provide([layer, ActorKindList.layer]))
})
