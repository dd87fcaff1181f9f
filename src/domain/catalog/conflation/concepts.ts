/** Words that say what kind of thing a place is, in the languages that places are named in: they tell little apart. */

const TABLE: Readonly<Record<string, string>> = {
  shrine: "shrine jinja jingu taisha gu sha sanctuaire santuario schrein 神社 神宮 大社 宮 天満宮 八幡宮",
  temple: "temple ji dera tera in tempel templo tempio wat 寺 院 寺院 사 사찰",
  church:
    "church eglise iglesia igreja chiesa kirche kerk kirke kyrka kosciol tserkov khram crkva kostel parroquia parish 教会 聖堂 교회 성당",
  cathedral:
    "cathedral cathedrale catedral cattedrale duomo dom domkirche kathedrale kathedraal sobor katedra basilica basilique basilika 大聖堂",
  chapel: "chapel chapelle capilla cappella kapelle kapel ermita",
  mosque: "mosque mosquee mezquita moschee cami camii masjid mescit",
  synagogue: "synagogue sinagoga synagoge",
  park: "park parc parque parco koen gongwon jardim 公園 공원 公园",
  garden: "garden gardens jardin jardins giardino giardini garten teien gyoen jeongwon tuin have 庭園 園 庭 정원",
  zoo: "zoo zoologico zoological zoologique tiergarten dobutsuen 動物園 동물원",
  aquarium: "aquarium acuario acquario suizokukan 水族館",
  museum:
    "museum musee museo museu muzeum muzeul muzej muzey museet hakubutsukan bijutsukan shiryokan kinenkan bangmulgwan gallery galerie galeria galleria galereya pinacoteca pinakothek 博物館 美術館 資料館 記念館 박물관 미술관 博物馆",
  castle: "castle chateau castillo castelo castello castell schloss burg zamek kasteel slott jo hrad kastro 城 성",
  palace: "palace palais palacio palazzo palast palac paleis dvorets gung 宮殿 궁",
  fort: "fort fortress fortezza fortaleza forte festung citadel citadelle ciudadela krepost",
  tower: "tower tour torre turm toren wieza bashnya tawa タワー 塔 타워",
  bridge: "bridge pont puente ponte brucke brug most bashi hashi 橋 다리",
  square: "square place plaza piazza platz praca plein namesti plac ploshchad plateia zocalo 広場 광장",
  street: "street rue calle via strasse straat ulitsa avenue avenida boulevard dori doori 通り 거리",
  station: "station gare estacion stazione bahnhof eki yeok vokzal terminal 駅 역",
  theatre: "theatre theater teatro teatr gekijo 劇場 극장",
  cinema: "cinema cine kino eigakan",
  opera: "opera oper",
  library: "library bibliotheque biblioteca bibliothek biblioteka toshokan 図書館 도서관",
  market: "market marche mercado mercato markt rynok ichiba shijang 市場 시장",
  monument:
    "monument monumento denkmal monumen pamyatnik memorial cenotaph statue estatua statua hi zo 碑 像 記念碑 慰霊碑 동상",
  beach: "beach plage playa praia spiaggia strand plyazh",
  cemetery: "cemetery cimetiere cementerio cimitero friedhof reien 霊園 墓地",
  stadium: "stadium stade estadio stadio stadion arena kyujo スタジアム 球場 경기장",
  hotel: "hotel hostel inn ryokan ホテル 旅館",
  school:
    "school ecole escuela scuola schule gakko university universite universidad universita universitat universiteit daigaku 学校 大学",
  hospital: "hospital hopital hospitalier hospitalario ospedale ospedaliero krankenhaus klinikum byoin 病院",
  hall: "hall salle sala halle kaikan ホール 会館",
  house: "house maison casa haus huis dom",
  restaurant: "restaurant ristorante restaurante shokudo レストラン 食堂",
  cafe: "cafe caffe coffee kissa kohi カフェ 喫茶 珈琲 카페",
  bar: "bar pub tavern taverna",
  shop: "shop store boutique tienda negozio laden",
  island: "island ile isla isola insel shima jima 島 섬",
  mountain: "mount mountain mont monte berg yama san 山 산",
  centre: "center centre centro zentrum centrum sentaa センター",
  pier: "pier jetee quai muelle molo wharf",
  townhall: "rathaus mairie ayuntamiento municipio stadhuis radhus radnice townhall ratusz",
  old: "old alt alte altes vieux vieille viejo vieja antiguo antigua vecchio vecchia velho stary stare gamla",
  new: "new neu neue neues nouveau nouvelle nuevo nueva nuovo nuova novo nova novy nowy shin nieuwe",
  great: "great grand grande gran gross grosse big large veliki",
  royal: "royal royale real reale koniglich koninklijk",
  saint: "saint st ste sainte san santa santo sankt sao agios agia sv svaty",
  national: "national nacional nazionale nationale kokuritsu 国立 국립",
  city: "city municipal civic civico ville municipale shiritsu 市立 市"
}

/** The first meaning of a word counts: `dom` is a cathedral before it is a house. */
const CONCEPT_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(TABLE)
    .flatMap(([concept, words]) => words.split(" ").map((word) => [word, concept] as const))
    .toReversed()
)

/** The concept that a romanised word stands for. */
export const conceptOf = (word: string): string | undefined => CONCEPT_OF.get(word)

const CHARACTERS = [...CONCEPT_OF]
  .filter(([word]) => /[^\p{Script=Latin}]/u.test(word))
  .sort((a, b) => b[0].length - a[0].length)

/** A name without spaces, its ending that says what it is cut off. */
export const splitEnding = (name: string): { readonly core: string; readonly concept: string | undefined } => {
  const found = CHARACTERS.find(([ending]) => name.length > ending.length && name.endsWith(ending))
  return found === undefined
    ? { core: name, concept: undefined }
    : { core: name.slice(0, -found[0].length), concept: found[1] }
}

/** Words between others: they tell nothing. */
export const LINKS: ReadonlySet<string> = new Set(
  "the a an of and de la le les l du des del dell all nell sull dall della dello degli dei di da do dos das von der die den van het el los las y et e und i no at in on for to d s".split(
    " "
  )
)
