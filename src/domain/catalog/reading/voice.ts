/** Whether a post sounds like somebody who lives there or like a visitor; often it does not say. */
import type { Voice } from "../node.ts"
import type { Language } from "./text.ts"

export type SpeakerVoice = "resident" | "visitor" | "unclear"

/** From this score on a post speaks for locals … */
export const SOUNDS_LOCAL = 0.75
/** … and up to this one for visitors. Between them it does not say, and neither side may be told that it does. */
export const SOUNDS_VISITING = 0.25

/** Whose side a post of this score speaks for. */
export const sideOfScore = (localScore: number): Voice | "unclear" =>
  localScore >= SOUNDS_LOCAL ? "local" : localScore <= SOUNDS_VISITING ? "tourist" : "unclear"

export interface Heard {
  readonly voice: SpeakerVoice
  /** 0 sounds like a visitor · 1 like somebody who lives there. */
  readonly local_score: number
}

type Marks = ReadonlyArray<readonly [weight: number, pattern: RegExp]>

const RESIDENT: Readonly<Record<Exclude<Language, "other">, Marks>> = {
  en: [
    [
      2,
      /\b(i|we|i've|we've|i have|we have) (all )?(live|lived|been living|reside|rent|own a (house|home|condo|place)|grew up|were born|was born|moved)\b(?! (like|up to|through|for the))/
    ],
    [
      2,
      /\bliving (in|near|around|here)\b|\bborn and raised\b|\b(as|being|i'm|i am|we're|speaking as) (a|an|) ?(local|native|resident|longtime|lifelong|seattleite|new yorker|chilang[oa])s?\b|\b(us|we) locals\b|\blocals (know|like me|like us|here)\b|\blocal here\b/
    ],
    [
      2,
      /\bthose of us who (live|work|grew)\b|\bmy (neighbou?rs?|neighbou?rhood|block|street|commute|building|landlord|corner)\b|\bour (neighbou?rs?|neighbou?rhood|block|street|building|corner)\b|\bin (this|the) neighbou?rhood (for|since)\b|\byears in (this|the) (neighbou?rhood|city|town)\b/
    ],
    [
      2,
      /\b(around the corner|down the (street|road|block)|(a|one|two|three|few|couple) (of )?blocks?( away)?|minutes|steps|next door|across the street|upstairs) from (us|me|my|our|where (i|we) live)\b|\bi live (\w+ )?blocks?\b|\bnext door to (us|me|my)\b/
    ],
    [
      1.5,
      /\bbeen (here|going|coming|eating|drinking|a regular|shopping)\b.{0,30}\b(years?|decades?|since|forever)\b|\b(for|after|over) (\w+ ){0,2}(years|decades)\b|\bsince (19|20)\d\d\b|\bsince (i was|we were|college|high school|my kids|childhood|before|the (80|90|70)s)\b|\b(i|we) moved (to|here|in)\b/
    ],
    [
      1.5,
      /\b(every|each|most) (week|weekend|morning|sunday|saturday|friday|monday|tuesday|wednesday|thursday|month|day|payday|lunch|night)s?\b|\bon (sundays|saturdays|weekdays|weeknights)\b (we|i)\b|\bmy (usual|regular|go-to|go to|local|weekly|gym|office|work|kids'? school|dentist|barber)\b|\bour (usual|regular|go-to|go to|local|weekly|morning|friday|sunday)\b|\bweeknights?\b|\bafter work\b|\bmy lunch (break|spot)\b/
    ],
    [
      1.5,
      /\b(still|always) (take|bring|go|come|end up|go back|my|our)\b|\b(everyone|everybody|anyone|people|friends|family|guests|relatives|visitors) (who|that)? ?(visits?|visiting|comes? to (see|visit|town|stay)|from out of town)\b|\btake (guests|visitors|out-of-towners)\b|\bwhen (friends|family|my parents|people) (visit|come)\b/
    ],
    [
      1,
      /\b(used to (love|go|be my)|(has|have) been (my|our)|we'll be there again|again this (sunday|saturday|friday|weekend)|growing up|got me through college|my daughter learned|our kids'? (school|first)|property tax)\b/
    ],
    [
      2,
      /\b(twenty|thirty|forty|ten|fifteen|five|\d{1,2}) years (here|in this|in the|of living|on this|on the|around)\b|\bbeen here (for )?(\w+ )?years\b|\b(i|we) (walk|bike|cycle) (here|there|past|by) (every|each|on my|to work)\b|\bwork (downtown|nearby|around the corner|next door|a block|in the building|across the street)\b/
    ]
  ],
  es: [
    [
      2,
      /\b(vivo|vivimos|he vivido|hemos vivido|crecí|creci|crecimos|naci|nacimos|me mude|nos mudamos|radico) (en|a|aqui|cerca|enfrente|por|toda|desde|junto|al)\b|\bmi (barrio|colonia|calle|cuadra|vecin[oa]|rumbo|edificio|oficina|esquina)\b|\bnuestr[oa] (barrio|colonia|calle|cuadra|edificio|vecindario|esquina)\b/
    ],
    [
      2,
      /\b(somos|soy) (de|del) (aqui|barrio|rumbo|la (colonia|ciudad|zona))\b|\blos (que|de) (somos de |vivimos )?aqui\b|\b(los|como) (vecinos|locales|chilangos|chilanga|chilango|local)\b|\bsoy (chilang[oa]|local|vecin[oa]|defen[oa]|capitalin[oa])\b|\baqui (nadie|todos|nosotros|siempre)\b/
    ],
    [
      2,
      /\b(desde (chic[oa]|nin[oa]|pequen[oa]|hace (\w+ )?anos|siempre|que naci)|toda (la|mi) vida|de toda la vida|llevo (\w+ )?(anos|toda)|hace anos que|anos (viviendo|yendo))\b/
    ],
    [
      1.5,
      /\b(cada|todos los|todas las) (semana|domingos?|sabados?|viernes|lunes|martes|miercoles|jueves|dias?|mananas?|mes|quincena)\b|\bde (cabecera|siempre|confianza)\b|\bmi (taqueria|panaderia|cafe|cantina|lugar|fonda|mercado) (de|favorit[oa]|consentid[oa])\b|\b(saliendo|despues) del trabajo\b|\ba (dos|tres|una|unas|pocas) cuadras? de (mi|la|nuestra) casa\b|\bvecinos? sabemos\b/
    ],
    [
      1.5,
      /\bcuando (vienen|me visitan|nos visitan|viene) (mis|amigos|familia|visitas|mi)\b|\bllevo a (todos|mis|todas|cualquiera|quien)\b|\bcon mi papa\b/
    ]
  ],
  ja: [
    [
      2,
      /住んで|住む(者|私|人間)|住民|在住|暮らし|地元|近所|うちの近く|家の近く|家から|自宅|実家|生まれ育|育っ|引っ越し|越してき|この(町|街|辺|あたり|界隈)(に|で)(住|暮|長|働|[二三四五六七八九十\d]+年)/
    ],
    [
      2,
      /[二三四五六七八九十百\d]+年(間)?(以上)?(も)?(この|通|住|暮|の付き合い|来|前から通)|子どもの頃から|子供の頃から|学生時代から|昔から(通|よく)|常連|行きつけ|馴染み|毎日(通|の|行|散歩)|毎週|毎朝|いつも(の|は|ここ|.{0,6}です)|週末(は|に|の)(いつも|よく|必ず)|通い続け|通勤|職場|会社の(近|帰|昼)|仕事帰り/
    ],
    [
      2,
      /(で|に)(働いて(いる|います|る)ので|勤めて)|働いている(ので|から)|(友人|友達|客|親|家族)(が|を)(来る|来た|訪ね|遊びに来)(と|時|たら|とき).{0,10}(連れて|案内)|散歩コース|散歩(で|がてら)/
    ]
  ]
}

const VISITOR: Readonly<Record<Exclude<Language, "other">, Marks>> = {
  en: [
    [
      2,
      /\b(our|my|this|the|last|a|their|short|weekend|family|business) (\w+ )?(trip|vacation|holiday|honeymoon|layover|stay|itinerary|getaway|tour guide|hotel|hostel|airbnb|cruise|visit|flight|guide|tour|bachelorette|anniversary trip|stopover)\b(?! of)/
    ],
    [
      2,
      /\b(first|second|third|only|last|next) time (in|to|visiting|here)\b|\bvisiting (from|for|my|our|the city|seattle|new york|mexico|tokyo|friends|family)\b|\b(we|i|and|were|was|while|when|are|are just|just) visit(ing|ed)\b|\bon (vacation|holiday|our way (back|home)|the cruise|our cruise|a layover)\b|\bas (a )?(tourists?|visitors?|travell?ers?)\b/
    ],
    [
      2,
      /\b(we|i) (flew|drove up|drove down|took the train|took the ferry|came over|came up|came down|came all the way|landed|checked in|traveled|travelled|stayed|were staying|are staying|was staying|arrived)\b|\bcame over on the\b|\bflew (in|here)\b|\bspent (\w+ ){0,2}(nights?|days?|weekend)\b|\bday trip\b|\b(in town|here|there|over) for (a|an|the|one|two|three|four|\d) ?(\w+ )?(weekend|conference|wedding|week|days?|nights?|game|concert|long weekend|couple)\b/
    ],
    [
      2,
      /\b(back|now|flying|fly|flew|drive|went) home (now|and|to|from|with)\b|\bwe're back home\b|\bback (in|to) (london|england|ohio|texas|germany|canada|australia|chicago|boston|denver|europe|the uk)\b|\bour (guide|hotel|concierge|driver|cab driver|taxi driver|host|airbnb)\b|\bsouvenirs?\b|\bjet ?lag|\bbucket list\b|\btripadvisor\b|\blonely planet\b|\bguidebook\b|\bcity ?pass\b|\bfrom (the )?airport\b|\bconcierge\b/
    ],
    [
      1,
      /\b(itinerary|sightseeing|tourists? (like us|ourselves)|must-see|between flights|had only|only had (time|a day|an afternoon|two days)|before our flight|port of call|road trip|suitcases?|luggage)\b/
    ]
  ],
  es: [
    [
      2,
      /\b(nuestro|mi|el|este|un|ultimo) (viaje|hotel|hostal|tour|vuelo|guia|airbnb|itinerario|crucero)\b|\bprimera vez (en|que (visit|veni|viaj|vamos|estamos))|\b(de|en) (vacaciones|luna de miel|visita|viaje|escala)\b|\b(visitamos|visitando|turisteando|viajamos|volamos|aterrizamos|nos hospedamos|nos quedamos en|hospedad[oa]s?|nos alojamos|alojad[oa]s?|llegamos (de|del|desde|a la ciudad))\b/
    ],
    [
      2,
      /\b(estuvimos|estuve|pasamos|pase) (\w+ ){0,2}(dias?|noches?|semanas?|fin de semana)\b|\bdesde el (hotel|aeropuerto|hostal)\b|\bdel aeropuerto\b|\bcomo turistas?\b|\bfuimos de turistas\b|\bsouvenirs?\b|\brecuerdos para\b|\btripadvisor\b|\bvenimos (de|desde)\b|\bvengo de\b|\bsomos de (?!aqui)\w+|\bde regreso (a|en) (casa|mi pais|espana|colombia|argentina|madrid|bogota)\b|\bmaletas?\b/
    ]
  ],
  ja: [
    [
      2,
      /旅行|観光(で|に|の途中|ツアー|客として|中)|(?<![格民])ホテル(から|に|の)|出張|[一二三四五六七八九十\d]+泊|宿泊|泊まっ|修学旅行|新婚旅行|ツアー|ガイド(さん|ブック|に)|飛行機|新幹線(で|に)|空港|帰国|帰省|上京した時|遠征|海外から|初めての(東京|日本)|初めて(東京|日本|来|訪れ)|(大阪|京都|名古屋|福岡|札幌|北海道|九州|広島|仙台|沖縄|地方|田舎|海外|台湾|香港|アメリカ)から(来|訪|遊び|の旅)|お土産|おみやげ|滞在|スーツケース/
    ]
  ]
}

const weigh = (marks: Marks, folded: string): number =>
  marks.reduce((sum, [weight, pattern]) => sum + (pattern.test(folded) ? weight : 0), 0)

export const voiceOf = (language: Language, folded: string): Heard => {
  if (language === "other") return { voice: "unclear", local_score: 0.5 }
  const resident = weigh(RESIDENT[language], folded)
  const visitor = weigh(VISITOR[language], folded)
  const voice = resident - visitor >= 1 ? "resident" : visitor - resident >= 1 ? "visitor" : "unclear"
  return { voice, local_score: Math.round((100 * (resident + 1)) / (resident + visitor + 2)) / 100 }
}
