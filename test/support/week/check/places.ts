/** Texts about the places of the catalog, as everybody can see it. */
import type { WeekRecord } from "../record.ts"
import { type Agreement, Findings } from "./findings.ts"
import type { Rows } from "./rows.ts"

export const checkPlaces = (record: WeekRecord, { rows }: Rows): Agreement => {
  const findings = new Findings()
  const known = new Map(record.places.map((place) => [place.node, place]))
  const texts = new Map<string, string>()
  for (const row of rows) {
    const place = known.get(row.node_id)
    if (place === undefined) {
      findings.invented(`a text about ${row.node_id}, which no catalog has`)
      continue
    }
    const tags = row.weights.filter((weight: number) => weight > 0).length
    findings.equal(`how many vibes ${place.name} has`, tags, place.tags.length)
    if (row.text_id === `${place.node}/name`) texts.set(place.node, row.text)
  }
  for (const place of record.places) {
    const text = texts.get(place.node)
    findings.expect(text !== undefined, `the name of ${place.name}`)
    if (text !== undefined && !text.startsWith(place.name))
      findings.wrong(`the name of ${place.name} is told as ${text}`)
  }
  return findings.agreement
}
