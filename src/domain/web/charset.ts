/** In which letters a page is written: as its bytes say, as its sender says, as it says of itself. */

const LABEL = /charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})/i
const XML = /^<\?xml[^>]{0,200}encoding\s*=\s*["']([a-z0-9_:.-]{2,40})["']/i
/** As far as a page has to say it. */
const HEAD_BYTES = 2048

const decoderOf = (label: string): TextDecoder | undefined => {
  try {
    return new TextDecoder(label)
  } catch {
    return undefined
  }
}

const broken = (text: string): number => text.match(/\ufffd/g)?.length ?? 0

/** The text of these bytes. A label that is unknown, or plainly wrong where another one fits, is not believed. */
export const decodeText = (bytes: Uint8Array, contentType: string | undefined): string => {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, HEAD_BYTES))
  const labels = [LABEL.exec(contentType ?? "")?.[1], XML.exec(head)?.[1], LABEL.exec(head)?.[1], "utf-8"]
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const label of new Set(labels)) {
    const decoder = label === undefined ? undefined : decoderOf(label)
    if (decoder === undefined) continue
    const text = decoder.decode(bytes)
    const wrong = broken(text)
    if (wrong < least) {
      best = text
      least = wrong
    }
    if (wrong === 0) break
  }
  return best ?? ""
}
