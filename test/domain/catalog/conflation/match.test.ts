import { assert, describe, it } from "@effect/vitest"
import { handLabelled, onHandLabelled } from "../../../../bench/conflation/index.ts"
import { type Described, matchPlaces } from "../../../../src/domain/catalog/conflation/match.ts"
import { romanise } from "../../../../src/domain/catalog/conflation/romanise.ts"

const place = (id: string, name: string, kind: string, north = 0, website?: string): Described => ({
  id,
  lat: 45 + north / 111_195,
  lon: 7,
  names: name.split(" | "),
  kind,
  website
})

describe("places of two sources", () => {
  it("are recognised as one on at least 150 pairs that were labelled by hand", () => {
    assert.isAtLeast(handLabelled().length, 150)
    const { precision, recall, wrong, missed } = onHandLabelled()
    assert.isAtLeast(precision, 0.98, wrong.join("; "))
    assert.isAtLeast(recall, 0.9, missed.join("; "))
  })

  it("are matched once each, the nearest of one name first", () => {
    const parks = [0, 300, 5_000].map((north, i) => place(`a${i}`, "Parc Central", "park", north))
    const found = matchPlaces(parks, [
      place("b0", "Central Park", "park", 20),
      place("b1", "Parc Central", "park", 4_980)
    ])
    assert.deepStrictEqual(
      found.map(({ a, b }) => `${a}=${b}`),
      ["a2=b1", "a0=b0"]
    )
  })

  it("leave the next one of a name alone that is nearest to somebody else: a district twice in one source is no second place", () => {
    const elements = [place("suburb", "Monte Carlo", "suburb"), place("area", "Monte Carlo", "administrative", 60)]
    const halt = place("halt", "Monte Carlo", "bus stop", -180)
    const items = [place("district", "Monte Carlo", "", 20), place("stop", "Monte Carlo", "", -170)]
    assert.deepStrictEqual(
      matchPlaces([...elements, halt], items).map(({ a, b }) => `${a}=${b}`),
      ["suburb=district", "halt=stop"]
    )
  })

  it("are not one where one is a part of the other, or bears a part of its name and does not say what it is", () => {
    const pairs: ReadonlyArray<readonly [a: Described, b: Described]> = [
      [place("a", "Le Méridien • Pool", "swimming pool"), place("b", "Le Meridien Beach Plaza", "", 40)],
      [place("a", "L'Exotique", ""), place("b", "Jardin Exotique", "", 60)]
    ]
    for (const [a, b] of pairs) assert.deepStrictEqual(matchPlaces([a], [b]), [], a.names[0])
    const baths = [place("a", "Piscine Molitor", "swimming pool"), place("b", "Piscine Molitor", "", 10)] as const
    assert.strictEqual(matchPlaces([baths[0]], [baths[1]]).length, 1)
  })

  it("are one under names that were translated word by word, and not under those of another saint or people", () => {
    const TRANSLATED: ReadonlyArray<readonly [name: string, other: string, same: boolean]> = [
      ["Jardin japonais", "Japanese Garden", true],
      ["Musée national d'art moderne", "Museo nazionale d'arte moderna", true],
      ["Ambassade d'Italie", "Italian Embassy", true],
      ["Église Saint-Nicolas", "St. Nikolaus Kirche", true],
      ["Catedral de la Inmaculada", "Cathédrale de l'Immaculée", true],
      ["Botanischer Garten", "Jardín Botánico", true],
      ["Fuente de las Rosas", "Fontana delle Rose", true],
      ["Jardin japonais", "Chinese Garden", false],
      ["Ambassade d'Italie", "Embassy of France", false],
      ["Église Saint-Nicolas", "St. Martin Kirche", false],
      ["Porte du Nord", "South Gate", false]
    ]
    for (const [name, other, same] of TRANSLATED) {
      // Not alone at its place: only the name can tell.
      const beside = place("c", "Centro Comercial", "shop", 60)
      const found = matchPlaces([place("a", name, "landmark")], [place("b", other, "landmark", 60), beside])
      assert.deepStrictEqual(
        found.map(({ b }) => b),
        same ? ["b"] : [],
        `${name} and ${other}`
      )
    }
  })

  it("are not the sign, the stop or the street that bears a sight's name", () => {
    const pieces = ["information", "bus stop", "street"].map((kind, i) => ({
      ...place(`piece${i}`, "Palais du Prince", kind),
      detail: 12
    }))
    const [match] = matchPlaces(
      [...pieces, place("sight", "Palais du Prince", "historic_site", 5)],
      [{ ...place("item", "Palais du Prince", "", 10), kind: undefined }]
    )
    assert.strictEqual(match?.a, "sight")
  })

  it("are one by position alone only where names cannot be compared and no other of their kind is near", () => {
    const shrine = place("a", "旭山神社", "temple")
    const item = place("b", "Asahiyama Shrine", "Shinto shrine", 50)
    assert.lengthOf(matchPlaces([shrine], [item]), 1)
    assert.lengthOf(matchPlaces([shrine, place("c", "住吉神社", "temple", 90)], [item]), 0)
    assert.lengthOf(matchPlaces([place("a", "旭山神社 | Kumano Jinja", "temple")], [item]), 0)
    assert.lengthOf(matchPlaces([shrine], [place("b", "Asahiyama Museum", "museum", 50)]), 0)
  })

  it("are one by a website of their own, and not by one that many share", () => {
    const page = "https://www.lac.example/"
    assert.lengthOf(
      matchPlaces(
        [place("a", "La Cantine", "restaurant", 0, page)],
        [place("b", "Chez Lac", "restaurant", 20, "http://lac.example/en")]
      ),
      1
    )
    const shared = "https://www.facebook.com/x"
    assert.lengthOf(
      matchPlaces(
        [place("a", "La Cantine", "restaurant", 0, shared)],
        [place("b", "Chez Lac", "restaurant", 20, shared)]
      ),
      0
    )
  })

  it("are read in the letters of their own language", () => {
    assert.strictEqual(romanise("ひろしまごこくじんじゃ"), "hiroshimagokokujinja")
    assert.strictEqual(romanise("カフェ"), "kafe")
    assert.strictEqual(romanise("きょうと"), "kyouto")
    assert.strictEqual(romanise("경복궁"), "gyeongbokgung")
    assert.strictEqual(romanise("Третьяковская"), "tretyakovskaya")
    assert.strictEqual(romanise("Σύνταγμα"), "syntagma")
    assert.strictEqual(romanise("Łódź Ōta Straße"), "lodz ota strasse")
  })
})
