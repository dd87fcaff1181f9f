/** What a name does in its sentence: the place that is spoken of, a landmark beside another one, or what another is compared with. */
import { lexiconOf } from "./feelings.ts"
import { BESIDE_JA } from "./lexicon-ja.ts"
import type { NameHit } from "./names-index.ts"
import type { Language, Span } from "./text.ts"

export type Role = "subject" | "landmark" | "measure" | "rejected"

/** As much as is read before and behind a name. */
const BEFORE = 60
const AFTER = 24

const BESIDE_EN =
  /\b((right |just |directly |immediately )?(next (door )?to|across (the (street|road|alley|plaza|square) )?from|opposite( to)?|around the corner from|down the (street|road|hill|block) from|up the (street|road|hill|block) from|(a |one |two |three |four |five |few |couple |half a )?(of )?(blocks?|doors?|minutes?|steps?|feet|miles?|stops?|yards) (away |down |up |north |south |east |west |walk )?(from|of|off)|(two|three|a few|one|a couple of) (doors?|blocks?|stops?) (down|up|away|over|past)( from)?|in (the )?(shadow|vicinity) of|in front of|in back of|out front of|behind|beside|near( to)?|nearby|close( by)? to|adjacent to|past|below|beneath|above|by|facing|overlooking|between|outside( of)?|north of|south of|east of|west of|off of|steps from|a stone'?s throw from|within sight of|catty-?corner (to|from)|kitty-?corner (to|from)|on the way to|walking distance (of|from|to)|walk from|at the foot of|under|underneath|alongside|not far from|not the|(block|corner|bench|lot|street|building|garage|house|window|door|side) (by|of|near|behind|next to)))\s+(the |a |an |old |that |that old |where the |what used to be )*$/
const BESIDE_ES =
  /\b((justo |casi |mero |ahi )?(al lado de|a un lado de|a lado de|junto a|enfrente de|en frente de|frente a|detras de|atras de|delante de|cerca de|cerquita de|a la vuelta de|a espaldas de|contraesquina de|en contraesquina de|(en la |a la )?esquina (de|con)|a (unos|unas|dos|tres|pocos|pocas|una|un|media|cinco|diez|\d+) (pasos|cuadras?|calles?|minutos|metros|puertas?)( a pie| caminando)? (de|del)|pegad[oa] a|afuera de|a las afueras de|saliendo de|camino a|entre|a un costado de|al costado de|por|arriba de|debajo de|abajo de|bajo|rumbo a|pasando|a espaldas de|vecin[oa] de|antes de llegar a|mirando a|con vista a|en los alrededores de|del otro lado de))l?\s*(el |la |los |las |ese |aquel )*$/

/** "by" and "past" stand before a name in other ways too. */
const NOT_BESIDE =
  /\b(swear|swears|swearing|swore|stop|stopped|stopping|drop|dropped|swing|swung|made|run|owned|baked|brewed|blown away|impressed|charmed|won over|let down|disappointed|overwhelmed|designed|abide) by (the |a )?$|\b(get|go|look|see) past (the )?$|\b(above) (the )?$(?<=rank above |rate above |put above )/
const NOT_BESIDE_ES =
  /\b(pas[aeo]\w*|pasamos|date una vuelta|vot\w*|ir|vay\w*|apuest\w*|pagar|pague|pagamos|cobran|famos[oa]|conocid[oa]|decepcionad[oa]|empez\w*|recomendad[oa]|hecho|hecha|preguntan?|muer[oe]\w*) por (el |la |los |las )?$/

/** A name in front of it makes a person, a street or a thing of it. */
const NOT_A_PLACE =
  /^\s*(street|st\.?|avenue|ave\.?|station|neighbou?rhood|blvd|boulevard|bus stop|exit|parking|garage|line)\b/

/** What stands between two places where the first is beside the second is about a third thing. */
/** Who lives beside it speaks of it, and so does who gets off there. */
const SPEAKS_OF_IT =
  /\b(grew up|growing up|raised|born|live|lived|living|work|working|vivo|vivimos|vivia|trabajo|trabajamos|te deja|los deja|nos deja|stops?|drops you|lets you (off|out))\b[^,;.]{0,24}$/

const isLandmark = (language: Language, before: string, after: string): boolean => {
  if (language !== "ja" && SPEAKS_OF_IT.test(before)) return false
  if (language === "ja") return BESIDE_JA.test(after)
  if (language === "es") return BESIDE_ES.test(before) && !NOT_BESIDE_ES.test(before)
  return BESIDE_EN.test(before) && !NOT_BESIDE.test(before)
}

/** "Meet at Kerry Park, next to the steps": beside something, and spoken of all the same, where nothing else is. */
export const roleOf = (language: Language, hit: NameHit, sentence: Span, folded: string): Role => {
  const before = folded.slice(Math.max(sentence.start, hit.start - BEFORE), hit.start)
  const after = folded.slice(hit.end, Math.min(sentence.end, hit.end + AFTER))
  if (language !== "ja" && NOT_A_PLACE.test(after)) return "landmark"
  if (isLandmark(language, before, after)) return "landmark"
  if (language === "ja")
    return /^(など)?より(も|は)?(?!(良|よ)い)/.test(after)
      ? "measure"
      : /^(の代わりに|ではなく|じゃなく|なんか(に|より))/.test(after)
        ? "rejected"
        : "subject"
  const lexicon = lexiconOf(language)
  if (lexicon === undefined) return "subject"
  if (lexicon.instead.test(before)) return /\bover\s*(at |the )?$/.test(before) ? "measure" : "rejected"
  return lexicon.passesBy.test(before) && !lexicon.praisesNext.test(before) ? "measure" : "subject"
}
