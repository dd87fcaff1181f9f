/** What kinds of things two sources may mean by one place, and how far apart they may put it. */
import { CATEGORIES, type Category } from "../category.ts"

/** Broad kinds, by the words that stand in descriptions; the first that occurs counts. */
const WORDS: ReadonlyArray<readonly [kind: string, words: RegExp]> = [
  ["station", /(?<!fire |police |power |gas |petrol |radio |filling |bus )\bstation\b/],
  [
    "stop",
    /\b(bus stop|tram stop|platform|stop position|stop area|parking|entrance|ferry terminal|taxi|rail|subway entrance|route)\b/
  ],
  ["part", /\b(swimming pool|playground|toilets|terrace)\b/],
  ["sign", /\b(information|guidepost)\b/],
  ["food", /\b(restaurant|caf[eé]|coffee|bakery|bar|pub|bistro|diner|tavern|brewery|food hall|eatery|ice cream)\b/],
  ["hotel", /\b(hotel|hostel|ryokan|inn)\b/],
  ["school", /\b(university|school|college|campus|faculty)\b/],
  ["hospital", /\b(hospital|clinic)\b/],
  ["shrine", /\bshrine\b/],
  ["temple", /\b(buddhist temple|temple|monastery|pagoda|wat)\b/],
  ["church", /\b(church|cathedral|chapel|basilica|parish|abbey|convent)\b/],
  ["worship", /\b(mosque|synagogue|place of worship)\b/],
  ["zoo", /\b(zoo|zoological|aquarium|animal park)\b/],
  ["cemetery", /\b(cemetery|graveyard|burial ground)\b/],
  ["library", /\b(library|archive)\b/],
  ["theatre", /\b(theat(?:er|re)|opera|concert hall|cinema|music venue|jazz club|performing arts|playhouse)\b/],
  ["museum", /\b(museum|gallery|planetarium|exhibition)\b/],
  ["stadium", /\b(stadium|arena|ballpark|sports venue|race track|circuit)\b/],
  ["castle", /\b(castle|fort|fortress|palace|citadel|ch[aâ]teau|mansion|villa|ruins|archaeological)\b/],
  ["garden", /\b(garden|greenhouse|arboretum|conservatory)\b/],
  ["park", /\b(park|nature reserve|recreation area|forest)\b/],
  ["beach", /\b(beach|bay|cove)\b/],
  ["bridge", /\b(bridge|viaduct)\b/],
  ["tower", /\b(tower|skyscraper|building|observation deck|high-rise|lighthouse)\b/],
  ["monument", /\b(monument|memorial|statue|sculpture|fountain|cenotaph|landmark|obelisk|gate)\b/],
  ["square", /\b(square|plaza|piazza)\b/],
  ["street", /\b(street|avenue|boulevard|road|neighbou?rhood|district|quarter)\b/],
  ["shop", /\b(shop|store|mall|market|bookshop|bookstore|department store|shopping)\b/],
  ["spa", /\b(spa|bath|onsen|sento|sauna)\b/],
  ["port", /\b(port|harbou?r|marina|pier)\b/],
  ["area", /\b(administrative|suburb|district|commune|municipality|town|city|village|island|ward|country)\b/],
  ["event", /\b(grand prix|festival|tournament|race|company|organi[sz]ation|club|team|species|person)\b/]
]

const OF_CATEGORY: Readonly<Record<Category, string>> = {
  ...{ restaurant: "food", cafe: "food", bakery: "food", street_food: "food", food_hall: "food", dessert: "food" },
  ...{ bar: "food", brewery: "food", nightclub: "food", music_venue: "theatre", theatre: "theatre", cinema: "theatre" },
  ...{ market: "shop", shop: "shop", bookstore: "shop", museum: "museum", gallery: "museum", landmark: "sight" },
  ...{ historic_site: "sight", temple: "worship", library: "library", park: "park", garden: "garden" },
  ...{ viewpoint: "sight", beach: "beach", trail: "park", neighbourhood_walk: "street", zoo_aquarium: "zoo" },
  ...{ spa: "spa", sport: "stadium", workshop: "shop", entertainment: "fun" }
}

const known: ReadonlySet<string> = new Set<string>(CATEGORIES)

/** The broad kind of a category of ours or of a description in words. */
export const broadKind = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined
  if (known.has(text)) return OF_CATEGORY[text as Category]
  const plain = text.toLowerCase()
  return WORDS.find(([, words]) => words.test(plain))?.[0]
}

/** Kinds that sources mix up, each with those it is taken for. */
const MIXED_UP: Readonly<Record<string, string>> = {
  worship: "shrine temple church sight",
  sight:
    "monument tower castle bridge museum cemetery square street park garden church temple shrine theatre port shop station",
  monument: "square park",
  park: "garden beach street",
  garden: "museum",
  museum: "castle theatre library",
  shop: "food street museum library",
  street: "shop food square",
  fun: "theatre shop zoo museum park spa stadium food",
  stadium: "theatre park",
  castle: "park"
}

export type KindFit = "same" | "near" | "unknown" | "apart"

const mixes = (a: string, b: string) => MIXED_UP[a]?.split(" ").includes(b) === true

export const kindFit = (a: string | undefined, b: string | undefined): KindFit => {
  // A stop that is called after a sight stands at it; only who speaks of stops means one.
  if (a !== b && (a === "stop" || b === "stop")) return "apart"
  // A pool that is called after a hotel is a part of it, and not the hotel.
  if (a !== b && (a === "part" || b === "part")) return "apart"
  if (a === undefined || b === undefined) return "unknown"
  if (a === b) return "same"
  return mixes(a, b) || mixes(b, a) ? "near" : "apart"
}

const WIDE = new Set(["park", "garden", "zoo", "beach", "street", "cemetery", "castle", "school", "stadium", "port"])

/** How far apart, in kilometres, two sources may put one place of this kind. */
export const reachOf = (a: string | undefined, b: string | undefined): number =>
  WIDE.has(a ?? "") || WIDE.has(b ?? "") ? 0.9 : 0.3
