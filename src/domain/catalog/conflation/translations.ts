/**
 * Words that are translated in names of places wherever they stand: peoples, directions, colours, what museums show, who churches are
 * named after. None of them belongs to one city. They tell places apart like any other word, and are the same word in each language.
 */

const TABLE: Readonly<Record<string, string>> = {
  // Peoples and countries.
  american: "americain americaine americano americana amerikanisch amerikanischer amerikanisches",
  australian: "australien australienne australiano australiana australisch",
  austria: "austrian autriche autrichien austriaco austria osterreich osterreichisch",
  belgium: "belgian belge belgique belga belgica belgisch belgien belgio",
  brazil: "brazilian bresil bresilien brasil brasileno brasileiro brasilien brasilianisch brasile",
  britain: "british britannique britanico britannico britisch grossbritannien",
  canada: "canadian canadien kanada kanadisch canadiense canadese",
  china: "chinese chine chinois chinoise chino china cinese cina chinesisch chinesischer",
  england: "english anglais anglaise angleterre ingles inglesa inghilterra inglese englisch englischer inglaterra",
  europe: "european europeen europeenne europa europeo europea europaisch europaischer europaisches",
  france:
    "french francais francaise frances francesa francia francese frankreich frankreichs franzosisch franzosischer franzosisches",
  germany:
    "german allemand allemande allemagne aleman alemana alemania tedesco tedesca germania deutsch deutscher deutsches deutschland deutschlands",
  greece: "greek grec grecque griego griega greco greca griechisch grecia griechenland",
  india: "indian inde indien indienne indio indiano indisch",
  ireland: "irish irlande irlandais irlandes irlandese irland irisch irlanda",
  israel: "israeli israelien israelisch israelita",
  italy: "italian italie italien italienne italiano italiana italia italiens italienisch italienischer",
  japan:
    "japanese japon japonais japonaise japones japonesa giapponese giappone japanisch japanischer japanisches japao nihon",
  korea: "korean coree coreen corea coreano koreanisch",
  mexico: "mexican mexique mexicain mexicano mexicana messico messicano mexiko mexikanisch",
  netherlands: "dutch neerlandais holandes olandese niederlandisch niederlande holland",
  poland: "polish pologne polonais polonia polaco polacco polnisch polen",
  portugal: "portuguese portugais portugues portoghese portugiesisch portogallo",
  rome: "roman romain romaine romano romana romisch romischer romisches roma rom",
  russia: "russian russe russie ruso rusa russo russa russisch russland rusia",
  spain: "spanish espagnol espagnole espagne espanol espanola spagnolo spagna spanisch spanien espana espanha",
  sweden: "swedish suede suedois sueco svedese schwedisch schweden suecia svezia",
  switzerland: "swiss suisse suizo suiza svizzero svizzera schweiz schweizer",
  turkey: "turkish turc turque turquie turco turca turchia turkisch turkei",
  malta: "maltese malte maltais maltes malteser",
  alps: "alpes alpi alpen alpine alpin",
  africa: "african afrique africain africaine africano afrika afrikanisch",
  asia: "asian asie asiatique asiatico asien asiatisch",
  // Directions.
  north: "nord norte northern septentrional kita",
  south: "sud sur southern meridional sul minami",
  east: "est este ost eastern oriental orientale higashi",
  west: "ouest oeste ovest western occidental occidentale nishi",
  central: "centrale zentral zentraler chuo",
  upper: "haut haute alto alta ober oberer obere superior superieur",
  lower: "bas basse bajo baja basso bassa unter unterer untere inferior inferieur",
  // Colours and stuffs.
  white: "blanc blanche blanco blanca bianco bianca weiss weisse weisser branco branca",
  black: "noir noire negro negra nero nera schwarz schwarze schwarzer preto",
  red: "rouge rojo roja rosso rossa rot rote roter vermelho",
  green: "vert verte verde grun grune gruner",
  blue: "bleu bleue azul blu blau blaue blauer",
  yellow: "jaune amarillo amarilla giallo gialla gelb gelbe amarelo",
  gold: "golden or oro gold goldene goldener ouro dore doree",
  silver: "argent plata argento silber prata",
  stone: "piedra pietra stein pedra",
  // What is shown and done there.
  anthropology:
    "anthropological anthropologie anthropologique antropologia antropologico anthropologisch anthropologisches",
  archaeology:
    "archaeological archeology archeological archeologie archeologique arqueologia arqueologico archeologia archeologico archaologie archaologisch archaologisches",
  art: "arts arte arti kunst artistique artistico",
  fine: "beaux bellas belle schone belas",
  modern: "moderne moderno moderna moderner modernes",
  contemporary: "contemporain contemporaine contemporaneo contemporanea zeitgenossisch zeitgenossische gegenwart",
  history:
    "historic historical histoire historique historia historico storia storico geschichte historisch historisches",
  prehistory: "prehistoric prehistorique prehistorico preistoria preistorico prahistorisch urgeschichte",
  natural: "nature naturelle naturel naturaleza naturale natur naturkunde",
  science: "sciences scientifique ciencia ciencias scienza scienze wissenschaft wissenschaften",
  technology: "technique technologie tecnica tecnologia technik",
  maritime: "naval navale marine maritimo marittimo schifffahrt",
  ocean: "oceanographic oceanographique oceanografico ozeanographisch ozeanographisches oceanography",
  military: "militaire militar militare militarisch armee army ejercito",
  railway: "railroad ferroviaire ferrocarril ferroviario eisenbahn",
  car: "cars automobile automobiles coches auto autos voitures voiture",
  botanical: "botanic botanique botanico botanica botanisch botanischer",
  exotic: "exotique exotico exotica exotisch exotischer esotico",
  rose: "roses rosas rosen rosaie roseraie rosaleda roseto",
  music: "musique musica musik musical",
  university: "universitaire universitario universitar",
  international: "internacional internazionale internationale internationaler",
  embassy: "ambassade embajada ambasciata botschaft embaixada",
  consulate: "consulat consulado consolato konsulat",
  casino: "kasino spielbank",
  collection: "coleccion collezione sammlung colecao",
  tomb: "tombe tombeau tumba tomba grab grave",
  gate: "porte puerta porta tor poort",
  fountain: "fontaine fuente fontana brunnen fonte",
  lake: "lac lago see",
  coast: "cote costa kuste kyst",
  river: "fleuve riviere rio fiume fluss",
  wall: "mur muro mauer muraille muralla mura",
  rock: "rocher roca rocca fels",
  // Rank and faith.
  prince: "princes princier principe principi furst fursten prinz",
  princess: "princesse princesa principessa furstin prinzessin",
  king: "roi rey re konig rei kings",
  queen: "reine reina regina konigin rainha queens",
  duke: "duc duque duca herzog",
  lady: "dame senora signora senhora frau",
  our: "notre nuestra nostra unsere unserer nossa",
  heart: "coeur corazon cuore herz coracao",
  sacred: "sacre sacree sagrado sagrada sacro sacra heilig heilige heiliger holy",
  trinity: "trinite trinidad trinita dreifaltigkeit trindade",
  cross: "croix cruz croce kreuz",
  spirit: "esprit espiritu spirito geist ghost espirito",
  immaculate: "immaculee inmaculada immacolata unbefleckte imaculada",
  // Names that are borne everywhere.
  andrew: "andre andres andrea andreas",
  anne: "ann anna ana",
  anthony: "antoine antonio anton antony",
  catherine: "katherine catalina caterina katharina katharinen",
  charles: "carlos carlo karl",
  christopher: "christophe cristobal cristoforo christoph",
  francis: "francois francisco francesco franz franziskus",
  george: "georges jorge giorgio georg",
  james: "jacques santiago giacomo jakob jakobus jaime",
  john: "jean juan giovanni johann johannes joao",
  joseph: "jose giuseppe josef",
  lawrence: "laurent lorenzo laurentius lorenz",
  luke: "luc lucas luca lukas",
  margaret: "marguerite margarita margherita margarethe",
  mark: "marc marcos marco markus",
  martin: "martino",
  mary: "marie maria marien",
  matthew: "matthieu mateo matteo matthaus",
  michael: "michel miguel michele michaelis",
  nicholas: "nicolas nicola nikolaus nikolai niccolo",
  paul: "pablo paolo paulus paulo",
  peter: "pierre pedro pietro petrus petri",
  philip: "philippe felipe filippo philipp",
  stephen: "etienne esteban stefano stefan stephan stephane",
  thomas: "tomas tommaso",
  vincent: "vicente vincenzo vinzenz"
}

/** The first meaning of a word counts. */
const SAID: ReadonlyMap<string, string> = new Map(
  Object.entries(TABLE)
    .flatMap(([said, words]) => [said, ...words.split(" ")].map((word) => [word, said] as const))
    .toReversed()
)

/** A romanised word as it is said in all languages; any other stays what it is. */
export const saidAs = (word: string): string => SAID.get(word) ?? word
