/**
 * Whether what one release writes can be read by another, from the JSON Schemas of both. Whoever reads passes over fields that they
 * do not know; they miss fields that they need, and do not know what to make of a kind, a word or a type that is new to them. Bounds of numbers and
 * texts are not compared.
 */

import { OTHERS_ARE_READ } from "../../src/domain/basics/words.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema as it is written.
type Json = any

export interface Shape {
  readonly schema: Json
  readonly definitions: Readonly<Record<string, Json>>
}

const MOST_DEPTH = 60

const lastOf = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1)

/** The schema itself, where it is only named, with what stands beside it in `allOf`. */
const resolved = (schema: Json, definitions: Shape["definitions"]): Json => {
  if (typeof schema !== "object" || schema === null) return {}
  const named = schema.$ref === undefined ? schema : resolved(definitions[lastOf(schema.$ref)], definitions)
  const parts: ReadonlyArray<Json> = named.allOf ?? []
  if (parts.length === 0) return named
  const whole = Object.assign({}, ...parts.map((part) => resolved(part, definitions)), { ...named, allOf: undefined })
  return whole[OTHERS_ARE_READ] === true ? { type: whole.type } : whole
}

/** All that it may be, each alone. */
const alternatives = (schema: Json, definitions: Shape["definitions"]): ReadonlyArray<Json> => {
  const one = resolved(schema, definitions)
  const union: ReadonlyArray<Json> | undefined = one.anyOf ?? one.oneOf
  if (union !== undefined) return union.flatMap((each) => alternatives(each, definitions))
  if (Array.isArray(one.enum)) return one.enum.map((value: unknown) => ({ const: value }))
  if (Array.isArray(one.type)) return one.type.map((type: string) => ({ ...one, type }))
  return [one]
}

const typeOf = ({ const: value, type }: Json): string | undefined =>
  value === undefined ? type : value === null ? "null" : typeof value

/** By which kinds of one thing are told apart. */
const kindOf = (schema: Json, definitions: Shape["definitions"]): string =>
  Object.entries<Json>(schema.properties ?? {})
    .map(([key, property]) => [key, alternatives(property, definitions)] as const)
    .filter(([, values]) => values.length === 1 && typeof values[0].const === "string")
    .map(([key, [value]]) => `${key} "${value.const}"`)
    .join(", ")

const describe = (schema: Json, definitions: Shape["definitions"]): string =>
  schema.const !== undefined ? JSON.stringify(schema.const) : kindOf(schema, definitions) || (schema.type ?? "anything")

/** What of the first the second cannot read, each in a sentence that begins with where. */
export const unreadable = (written: Shape, reader: Shape): ReadonlyArray<string> => {
  const begun = new Set<string>()

  const both = (w: Json, r: Json, at: string, depth: number): ReadonlyArray<string> => {
    // Shapes that hold themselves come round again: they have been looked at already.
    const names = w?.$ref !== undefined && r?.$ref !== undefined ? `${w.$ref} ${r.$ref}` : undefined
    if (depth > MOST_DEPTH || (names !== undefined && begun.has(names))) return []
    if (names !== undefined) begun.add(names)
    const readers = alternatives(r, reader.definitions)
    return alternatives(w, written.definitions).flatMap((one) => {
      let nearest: ReadonlyArray<string> | undefined
      const kind = kindOf(one, written.definitions)
      for (const other of readers) {
        const found = single(one, other, at, depth + 1)
        if (found.length === 0) return []
        const same = kind !== "" && kind === kindOf(other, reader.definitions)
        if (readers.length === 1 || same) nearest = found
      }
      return nearest ?? [`${at}: ${describe(one, written.definitions)} is unknown to it`]
    })
  }

  const single = (w: Json, r: Json, at: string, depth: number): ReadonlyArray<string> => {
    const [ours, theirs] = [typeOf(w), typeOf(r)]
    if (theirs === undefined) return []
    if (r.const !== undefined && w.const !== r.const)
      return [`${at}: ${describe(w, written.definitions)} where it knows ${JSON.stringify(r.const)}`]
    if (ours !== theirs && !(theirs === "number" && ours === "integer"))
      return [`${at}: ${ours ?? "anything"} where it reads ${theirs}`]
    if (theirs === "array") return listed(w, r, at, depth)
    return theirs === "object" ? fields(w, r, at, depth) : []
  }

  const listed = (w: Json, r: Json, at: string, depth: number): ReadonlyArray<string> => {
    const placed = (r.prefixItems ?? []).flatMap((item: Json, n: number) => {
      const ours = w.prefixItems?.[n] ?? w.items
      return ours === undefined ? [`${at}[${n}]: missing`] : both(ours, item, `${at}[${n}]`, depth)
    })
    const rest = w.items !== undefined && r.items !== undefined && typeof r.items === "object"
    return rest ? [...placed, ...both(w.items, r.items, `${at}[]`, depth)] : placed
  }

  const fields = (w: Json, r: Json, at: string, depth: number): ReadonlyArray<string> => {
    const ours = w.properties ?? {}
    const missing = (r.required ?? [])
      .filter((key: string) => !(w.required ?? []).includes(key))
      .map((key: string) => `${at}.${key}: it needs this, and it ${key in ours ? "may be" : "is"} missing`)
    const shared = Object.entries<Json>(r.properties ?? {}).flatMap(([key, theirs]) =>
      key in ours ? both(ours[key], theirs, `${at}.${key}`, depth) : []
    )
    const open = typeof w.additionalProperties === "object" && typeof r.additionalProperties === "object"
    const others = open ? both(w.additionalProperties, r.additionalProperties, `${at}.*`, depth) : []
    return [...missing, ...shared, ...others]
  }

  return both(written.schema, reader.schema, "it", 0)
}
