/** What is logged within a test, line by line, in place of the console. */
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"

export const logged = (): { readonly lines: Array<string>; readonly layer: Layer.Layer<never> } => {
  const lines: Array<string> = []
  const layer = Logger.layer([Logger.make(({ message }) => void lines.push([message].flat().map(String).join(" ")))])
  return { lines, layer }
}
