/** The labelled sentences, and how well a reader does on them. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { makeNamesIndex, type NamesIndex } from "../../src/domain/catalog/reading/names-index.ts"
import { makeReader, type Stance } from "../../src/domain/catalog/reading/read-post.ts"
import type { SpeakerVoice } from "../../src/domain/catalog/reading/voice.ts"

export interface Labelled {
  readonly language: string
  readonly city: string
  readonly voice: SpeakerVoice
  readonly text: string
  readonly mentions: ReadonlyArray<{ readonly name: string; readonly stance: Stance }>
}

export type Half = "first" | "second"

const STANCES: Readonly<Record<string, Stance>> = { p: "praise", n: "neutral", w: "warn" }

/** "Skip [Kerry Park|w]" and "[the Locks=Hiram M. Chittenden Locks|p]". */
export const labelledSentences = (half: Half): ReadonlyArray<Labelled> =>
  readFileSync(join(import.meta.dirname, `sentences-${half}.tsv`), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [language, city, voice, marked] = line.split("\t") as [string, string, SpeakerVoice, string]
      const mentions: Array<{ name: string; stance: Stance }> = []
      const text = marked.replace(
        /\[([^\]=|]+)(?:=([^\]|]+))?\|([pnw])\]/g,
        (_, words: string, name: string | undefined, stance: string) => {
          mentions.push({ name: name ?? words, stance: STANCES[stance]! })
          return words
        }
      )
      return { language, city, voice, text, mentions }
    })

/** The places of one of our own cities, by the keys of its file. */
export const placesOf = (city: string) => {
  const file = JSON.parse(readFileSync(join(import.meta.dirname, `../../data/cities/${city}.json`), "utf8")) as {
    readonly city: { readonly name: string }
    readonly nodes: ReadonlyArray<{
      readonly key: string
      readonly name: string
      readonly neighbourhood: string
      readonly lat: number
      readonly lon: number
      readonly names?: Record<string, string>
    }>
  }
  return { name: file.city.name, places: file.nodes.map((node) => ({ ...node, id: node.key })) }
}

const indexOf = (city: string): NamesIndex => {
  const { name, places } = placesOf(city)
  return makeNamesIndex(places, name)
}

/** Makes a reader of one of our own cities. */
export const readerOf = (city: string) => makeReader(indexOf(city))

export interface ReadingQuality {
  readonly sentences: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Of the mentions that were found. */
  readonly stance_accuracy: number
  readonly voice_accuracy: number
  readonly mistakes: ReadonlyArray<string>
}

export const judgeReading = (sentences: ReadonlyArray<Labelled>): ReadingQuality => {
  const readers = new Map<string, ReturnType<typeof makeReader>>()
  let [right, extra, missed, stances, voices] = [0, 0, 0, 0, 0]
  const mistakes: Array<string> = []
  for (const { city, text, mentions, voice } of sentences) {
    const read = readers.get(city) ?? readerOf(city)
    readers.set(city, read)
    const reading = read({ text })
    const found = new Map(reading.mentions.flatMap((one) => (one.place === null ? [] : [[one.name, one] as const])))
    for (const { name, stance } of mentions) {
      const one = found.get(name)
      if (one === undefined) {
        missed++
        mistakes.push(`missed ${name}: ${text}`)
      } else {
        right++
        if (one.stance === stance) stances++
        else mistakes.push(`${name} is ${stance}, read as ${one.stance} (${one.sentiment}): ${text}`)
      }
      found.delete(name)
    }
    extra += found.size
    for (const name of found.keys()) mistakes.push(`not spoken of, ${name}: ${text}`)
    if (reading.voice === voice) voices++
    else mistakes.push(`voice is ${voice}, read as ${reading.voice}: ${text}`)
  }
  const precision = right / Math.max(1, right + extra)
  const recall = right / Math.max(1, right + missed)
  return {
    sentences: sentences.length,
    precision,
    recall,
    f1: (2 * precision * recall) / Math.max(1e-9, precision + recall),
    stance_accuracy: stances / Math.max(1, right),
    voice_accuracy: voices / sentences.length,
    mistakes
  }
}
