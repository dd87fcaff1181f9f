/** Words of the contract that nothing needs any more: what they spoke of has gone. */
import type { Used } from "./dress.ts"
import { FIELDS } from "./fields.ts"
import { FRAMES } from "./frame-words.ts"
import { OPERATIONS, PARAMETERS } from "./operations.ts"
import { FIELDS_OF, SCHEMAS } from "./schemas.ts"

export const wordsThatNothingNeeds = (used: Used): ReadonlyArray<string> =>
  [
    ...Object.keys(FIELDS).map((name) => [name, "fields.ts"]),
    ...Object.keys(FIELDS_OF).map((name) => [name, "schemas.ts"]),
    ...Object.keys(SCHEMAS).map((name) => [name, "schemas.ts"]),
    ...Object.keys(FRAMES).map((name) => [`frame ${name}`, "frame-words.ts"]),
    ...Object.keys(OPERATIONS).map((name) => [`operation ${name}`, "operations.ts"]),
    ...Object.keys(PARAMETERS).map((name) => [`parameter ${name}`, "operations.ts"])
  ].flatMap(([name, file]) => (used.has(name!) ? [] : [`${file}: nothing needs the words for ${name} any more`]))
