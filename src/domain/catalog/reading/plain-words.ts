/** Words that name no place by themselves: kinds of places, parts of names, and what everybody says every day. */

const list = (text: string) => text.trim().split(/\s+/)

/** What places are, and where: all that may be left off a name when people speak of it. */
export const GENERIC: ReadonlySet<string> = new Set(
  list(`
    bakery bakers bakes cafe coffee roasters espresso bar pub tavern saloon lounge club restaurant bistro grill kitchen diner eatery brewery brewing brewers beer taproom
    park garden gardens beach pier trail loop walk path shore viewpoint lookout overlook hill island lake river canal bay harbor harbour bridge tower observatory museum gallery center centre theatre theater cinema
    hall library bookstore books book shop store market mall plaza square street avenue ave st road alley lane arcade station terminal hotel inn house room church cathedral temple shrine chapel palace castle fort
    zoo aquarium stadium arena school university college museo galeria parque jardin mercado plaza calle avenida templo iglesia basilica catedral palacio castillo casa taqueria tacos taco fonda cantina pulqueria
    panaderia pasteleria churreria cafeteria restaurante bar cine teatro foro salon centro biblioteca libreria zoologico acuario monumento torre puente bosque viveros arena antiguo nuevo nueva licoreria heladeria tostadas
    food foods famous original old new doughnuts donuts chowder noodles ramen sushi pizza pizzeria burgers burger chicken seafood oyster ice cream chocolate cakes handmade cheese caribbean vietnamese thai japanese chinese mexican italian french
    drive-in reading speakeasy fish clams co company inc vintage records video cruise ferry tour statue memorial conservatory arboretum arts art fine flea farmers sunday outdoor national city loop
    north south east west northwest upper lower downtown uptown flagship first 1st 2nd 3rd 4th 5th 6th 15th main high grand royal saint san santa ramen-ya soba yokocho dori ginza onsen sento kissa jingu gu ji en
    spa baths bath pool gym sport sports music jazz live night nightclub dance ballroom bowling pinball workshop studio glass pottery tea teahouse parlor parlour wine cellar vineyard distillery cocktail cocktails deli delicatessen
    public local family international central urban classic little big great good best happy blue red green black white golden silver star sun moon
  `)
)

/** Links inside of names; no name ends with one. */
export const LINKING: ReadonlySet<string> = new Set(
  list("of de del di du da the a an at in on from by for to with en y e and & la el los las le les i no")
)

/** Everyday words that are names now and then: they need more than their letters to be taken for one. */
export const EVERYDAY: ReadonlySet<string> = new Set(
  list(`
    unicorn communion station pantry canon den womb homer popeye unicorn homer berg dug www home base camp corner spot place block fork spoon knife plate table bowl cup glass bottle barrel root branch leaf tree oak pine cedar maple rose lily
    fox bear wolf lion tiger eagle crow raven owl dog cat horse bull pig lamb goat fish whale salmon crab oyster bee butterfly
    north south east west spring summer autumn winter monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december morning noon evening night
    one two three four five six seven eight nine ten first second third love hope joy peace luck grace faith truth magic dream wonder story history future past present time now then today tomorrow
    bread butter salt pepper sugar honey milk cream egg rice bean corn meat beef pork steak soup salad sandwich toast pie cake cookie candy juice water ice fire smoke stone brick iron copper steel gold paper ink
    king queen prince princess captain doctor nurse teacher student mother father sister brother friend lady sir uncle aunt grandma mama papa boss chef cook baker butcher farmer fisherman sailor hunter
    heart soul mind body hand head eye face foot back front top bottom side edge center middle end start beginning open close loop line circle square cross point dot
    paris london rome tokyo berlin texas boston chicago oxford cambridge america europe asia africa mexico italy france spain japan china korea india hawaii
    art music dance song drum bell book page word letter pen note card game play party ball show stage scene studio gallery light shadow color shade
    hola amor sol luna mar cielo tierra agua fuego aire flor rosa vida alma corazon sueno cielo cicatriz fuente pan sal azucar miel leche casa familia amigo hermano abuela abuelo madre padre nino nina rey reina
    zocalo centro plaza parque museo norte sur este oeste lunes martes domingo sabado primavera verano invierno hotel terraza esquina rincon barrio
    about above after again all also always any around ask away bad because before best better big both bring but buy call can change clean clear cold come cool could cut dark day deep do done down drink drive dry early eat else enough even ever every
    far fast feel few find fine flat fly food free fresh from full fun get give go good great green grow half happy hard have hear heavy help here high hold hot hour how idea if into just keep kind know large last late laugh lead learn leave left less let life light like little live local long look lost low
    make many maybe mean meet might mile mind miss more most move much must name near need never new next nice nothing number off often old only order other our out over own part pass pay people perfect pick plan poor pull push put quick quiet rain read ready real rest rich ride right rise road roll run safe same save say sea seat see sell send set share sharp short sing sit size sleep slow small smart smell smile snow soft some soon sound speak special stand stay step still stop strong such sure sweet swim take talk tall taste tell thick thin thing think tie tired too touch town trip try turn under until up use very visit wait walk wall want warm wash watch way weak wear week well wet what when where while who whole why wide wild win wind wish wood work world worth wrong year yes young
    sunset sunrise dinner lunch breakfast brunch supper weekend holiday vacation question questions recommendation recommendations help thanks trip report advice things visit visiting looking moving update news weather traffic parking bus train light rail ferry bike kids dog dogs cats date birthday wedding anniversary honeymoon tourist tourists locals guide tips tip review reviews discussion post bell union pioneer discovery liberty freedom memorial volunteer lincoln madison jackson washington jefferson franklin grant lee king martin luther saint union republic victory independence constitution universe world earth ocean mountain valley forest desert garden village city town country state nation street corner
    atardecer amanecer cena comida desayuno almuerzo fiesta viaje vacaciones ayuda gracias pregunta recomendaciones domingo independencia reforma revolucion libertad constitucion insurgentes hidalgo juarez morelos madero zapata villa mundo tierra ciudad pueblo campo
    delight standard modern classic luxury paradise oasis haven secret hidden pearl diamond crystal ruby amber ivory velvet silk cotton denim leather
  `)
)
