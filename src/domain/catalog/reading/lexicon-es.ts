/** How people praise, warn and shrug in Spanish, without accents. Genders and numbers are taken off by `feelings.ts`. */
import type { Lexicon } from "./lexicon.ts"

const list = (text: string) => text.trim().split(/\s*[,\n]\s*/)

export const SPANISH_LEXICON: Lexicon = {
  good: list(`
    mejorcito, respiro, fascinar, encantar, enamorar, enamora, enamoro, fresquisimo, amabilisimo, riquisimo, encanta, encantan, encanto, encantaron, encantado, encantador, encantadora, amo, amamos, amo, adoro, adoramos, genial, increible, excelente, mejor, mejores, favorito, maravilloso, maravilla, perfecto,
    delicioso, delicia, recomiendo, recomendamos, recomendado, recomendable, recomendadisimo, fantastico, joya, tesoro, hermoso, bello, belleza, bonito, lindo, precioso, preciosidad, divino, amable, amables, espectacular, espectaculo, impresionante,
    impresiona, rico, riquisimo, sabroso, sabrosisimo, sabor, fresco, jugoso, crujiente, tierno, acogedor, calido, atento, generoso, honesto, autentico, barato, economico, accesible, tranquilo, tranquilidad, sereno, relajante, intimo, magico, magia, especial, inolvidable,
    memorable, imperdible, imprescindible, obligado, infaltable, bueno, buen, buena, buenos, buenas, buenisimo, bonisimo, disfruto, disfrutamos, disfrute, disfrutar, gusta, gusto, gustaron, gustan, fascina, fascino, fascinaron, fascinante, sorprende, sorprendio, sorprendente, chido, chula, chulo, padrisimo,
    chingon, chingona, chingonería, poca-madre, exquisito, insuperable, inmejorable, impecable, estupendo, fenomenal, extraordinario, excepcional, sublime, celestial, divertido, entretenido, interesante, maestria, crack, brutal, tremendo, recomendacion, felices, felicidad, alegria, placer, paraiso,
    oasis, refugio, remanso, lujo, elegante, limpio, comodo, calidad, calidez, boquiabierto, entrañable, entranable, querido, volveria, volveriamos, volveremos, regresaria, regresare, regresaremos, regresamos, glorioso, gloria, bendicion, bendito, atinado, acierto, acertado, cumple, cumplidor, garantia, garantizado, satisfecho, emocionante, conmovedor, emociona, aplauso, bravo, ganador, precio-justo, abundante, generosas, rebuena, rebueno, delicadeza, primor, apapacho, apapacha, sazon, guapo, molon, mola, flipante, flipe, barbaro, barbaridad, bacan, bacano, chevere, copado, rechulo, lindisimo, hermosisimo, prefiero, preferimos, preferido, predilecto, consentido, consentida, sorprender, regresa, regresan, vuelve, repetir, repetiria, repetimos, repetiremos, chulada, lindura, cariño, carino, amor, ambientazo, buenazo, lujazo, planazo, joyita, gozada, gozo, alucinante, fabuloso, idilico, encantador, reconfortante, apetitoso, adictivo, glorioso, memorable, emotivo, fantasia, deleite, deleita, manjar, primoroso, esmero, pulcro, cuidado, impoluto, puntual, carismatico, ameno, tranquilizante, solido, consistente, generosidad, respetuoso, atinadisimo, celebro, bendicion, rifa, rifan, rifado, rockea, destaca, destacan, brilla, brillan, enamora, enamoran, conquista, conquisto, cautiva, cautivo, apapachador, vibrante, pintoresco, fresquisimo, fresquito, riquito, sabrosito, calientito, buenisimas, atendidos, atencion
  `),
  bad: list(`
    malo, mala, malisimo, pesimo, terrible, horrible, horroroso, feo, peor, peores, decepcion, decepciona, decepcionante, decepciono, decepcionado, decepcionaron, mediocre, insipido, soso, sosa, desabrido, grosero, grosera, sucio, caro, carisimo, carero, sobrevalorado, sobrevalorada, inflado, inflada,
    lleno, llenisimo, abarrotado, atascado, atiborrado, saturado, turistico, aburrido, aburre, aburrimiento, estafa, estafan, timo, robo, roban, asalto, asaltan, rancio, asco, asqueroso, gomoso, aguado, quemado, salado, grasoso, grasiento, pegajoso, descuidado, abandonado,
    apestoso, apesta, ruido, ruidoso, ruidosa, apretado, caos, caotico, lento, lenta, lentisimo, tardado, tardan, tardaron, arrogante, mamon, mamona, mamones, pretencioso, pretenciosa, antipatico, maleducado, malencarado, indiferente, prepotente, evita, eviten, evitar, evitenlo, evitenla, evitalo, evitala, sobreprecio, trampa, cursi, naco, generico, olvidable, flojo, floja, flojera, triste, deprimente, lastima, lamento, lamentable,
    desastre, desastroso, pesadilla, tortura, infierno, vergüenza, verguenza, desperdicio, inutil, plastico, engano, enganan, enganoso, enganabobos, fraude, chafa, chafon, cutre, malo, intoxicado, intoxicacion, enfermo, enferme, enfermamos, revuelto, cucaracha, cucarachas, mugre, mugroso, inseguro, peligroso, molesto, incomodo, incomoda, empujan, empujones, gentio, multitud, hordas, mosca, moscas, sordido, desafinado, desafinados, escaso, escasa, raquitico, miserable, minusculo, ridiculo, absurdo, exagerado, excesivo, abusivo, abuso, abusan, abusados, saltense, saltensela, saltenselo, saltatelo, saltatela, salteselo, huyan, huye, huir, arrepiento, arrepentimos, arrepenti, odio, odie, detesto, insoportable, insufrible, intragable, incomible, incomestible, desencanto, desilusion, desilusiono, desilusionado, chasco, fiasco, bodrio, porqueria, basura, fatal, nefasto, deplorable, pobre, pobreton, insulso, anodino, desangelado, impersonal, frialdad, fracaso, decadente, decadencia, decaido, venido-a-menos, sobrevaluado, sobrevaluada, sobrevendido, pedante, hostil, agresivo, insistente, insistentes, encajosos, encajoso, encimosos, encimoso, chocante, irritante, hartazgo, harto, hartó, fastidio, fastidioso, estresante, mareo, agobiante, agobia, agobio, masificado, plagado, invadido, pijo, postureo, guiri, guiris, gringada, gringolandia, helado-frio, grosería, groseria, groserias, desdén, desden, hostil, apatia, apatico, desganado, desgano, recalentado, congelado, enlatado, microondas, chicloso, aceitoso, apelmazado, insustancial, insignificante, intrascendente, irrelevante, prescindible, innecesario, inmerecido, inmerecida, circo, disneylandia, gentrificado, gentrificada, invadido, hacinado, sofocante, bochornoso, estruendo, escandaloso, gritos, pelos, pelo, bichos, ratas, rata, humedad, goteras, roto, rota, oxidado, desgastado, mugriento, cochino, cochambroso, fetido, hediondo, vulgar, corriente, mañoso, manoso, transa, transas, tranza, abusivos, tacaño, tacano, robaron, estafaron, timaron, asaltaron, ignoraron, gritaron, corrieron, dejaron, olvidaron, equivocaron, lamentablemente, tristemente, desgraciadamente, arruinado, arruinaron, arruino, empeorado, empeoro, empeora, estresante, cansado, cansa, tedioso, pesado, eterno, larguisimo, interminable, insuficiente, incompleto, injustificado, injustificable, indignante, inaceptable, indigno, lastimoso, penoso, cagada, mierda, caca, guacala, fuchi
  `),
  phrases: [
    [
      3,
      `no esta no esta nada mal, nada mal, no son malos, no es malo, no es mala, volo la cabeza, piel chinita, piel de gallina, agua la boca, un antes y un despues, cambia la vida, te cambia el dia, no paro de pensar, sueno con, robo el corazon, como de la abuela, con carino, se lucen, se lucio, se rifan, se rifa, la rompe, la rompen, no tiene abuela, mil veces, anos yendo, anos viniendo, un sueno, salimos felices, sali feliz, mis respetos, bien servido, bien servidos, buena vibra, buena onda, gran ambiente, que ambiente, convencio hasta, conquisto a, no cobran de mas, otro nivel, es otra cosa, no paramos de, trato familiar, buen ambiente, precios justos, buen precio, para repetir, no falla, no fallan, no falla nunca, nunca falla, nunca fallan, jamas falla, nunca decepciona, nunca decepcionan, no decepciona, no decepciona nunca, no decepcionan, no defrauda, nunca defrauda, jamas defrauda, no me decepciono, no nos decepciono, no hay nada mejor, nada mejor, no hay mejor, no hay mejores, no hay otro, no hay como, nada como, sin igual, sin rival, sin par, sin falla, sin duda, sin desperdicio, no tiene desperdicio, no tiene madre, no tiene comparacion, no tiene igual, no tiene pierde, no te lo pierdas, no se lo pierdan, no se la pierdan, no te la pierdas, no te pierdas, no se pierdan, no perderse, no puede faltar, no puedes perderte, no pueden perderse, sin pero, sin peros, no le pido mas, no se puede pedir mas, no pudo ser mejor, no podria ser mejor, no pudo estar mejor, no hay pierde, no hay queja, ninguna queja, no me quejo, no puedo quejarme, sin queja, sin quejas,
      vale la pena, valio la pena, vale cada peso, vale cada centavo, vale cada minuto, vale muchisimo, vale mucho, vale todo, vale oro, vale su peso, merece la pena, merecio la pena, merece un dia, merece una visita, merece una tarde, merece, bien de cabecera, de confianza, de siempre, de toda la vida, de otro mundo, no son de este mundo, no es de este mundo, de lujo, de diez, un diez, diez de diez, 10 de 10, cinco estrellas, de primera, de maravilla, de rechupete, para chuparse los dedos, chuparse los dedos, de poca madre, poca madre, a todo dar, a toda madre, que rico, que maravilla, que bonito, que belleza, que delicia, que lugar tan, tan rico como siempre, sigue igual, sigue siendo, siguen siendo, me hace nos hace felices, mi lugar favorito, como en casa, casi como en casa, me siento en casa, hay que ir, tienen que ir, tienes que ir, tienen que probar, tienes que probar, hay que probar, hay que verlo, hay que visitarlo, vayan ya, vayan sin dudar, vayan temprano, no duden, no lo duden, ni lo duden, volveria manana, volveria sin, vuelvo siempre, siempre vuelvo, siempre volvemos, siempre regreso, siempre regresamos, quiero volver, queremos volver, muero por, ganas de volver, por volver, quede enamorado, quede enamorada, quedamos enamorados, me enamore, nos enamoramos, quedamos fascinados, quede fascinado, boca abierta, con la boca abierta, lo mejor, la mejor, el mejor, los mejores, las mejores, el bueno, la buena, de verdad, un acierto, ni falta que le hace, poca gente la conoce, poca gente lo conoce, al menos una vez, por lo menos una vez, una vez en la vida, gran acierto, super recomendado, muy recomendable, cien por ciento, cien por cien, bueno bonito y barato, a buen precio, buen precio, precio precios justos, bien servido, bien servidos, que he probado, que he comido, que hemos comido, que he visto, de mi vida, de nuestra vida, a gusto, muy a gusto, muy bien, tan bien, que bien, se come bien, comes bien, bien hecho, bien hechos, superó mis expectativas, supero mis expectativas, supero nuestras expectativas, mejor de lo que esperaba, mucho mejor de lo, sin dudarlo, con los ojos cerrados, aunque haya fila, vale la fila, vale la espera, vale el viaje, vale la vuelta, llegaria gateando, mi consentido, mi consentida, mis favoritos, mis respetos, me quito el sombrero, que buenos, que buena, son los reyes, es el rey, es la reina, el rey de, la reina de, otro nivel, hasta la fecha, me salvo, mi salvacion, siempre regresa, siempre regresan, siempre vuelve, uno siempre vuelve, apuesta segura, nunca deja de, no deja de sorprender, no dejan de sorprender, robo el corazon, se me hace agua, hacen milagros, parada obligada, parada obligatoria, visita obligada, se lleva las palmas, se lleva el premio, de los mejores, de las mejores, un must, para repetir, dan ganas, da gusto, ganas de quedarse, como reyes, como reina, como rey, te hacen sentir, nos hicieron sentir, con cariño, con amor, con carino, hecho con, se nota el, se nota que, se agradece, buen ambiente, buena onda, lo maximo, es lo mas, una chulada, esta increible, estan increibles, esta buenisimo, esta rico, esta riquisimo, esta bueno, estan buenos, estan buenas, una bomba, no se arrepentiran, no te arrepentiras, no me arrepiento, nada de que quejarse, con ganas, a reventar de sabor, bien atendidos, muy atentos, super atentos, muy bien atendidos, excelente atencion, buena atencion, buen trato, buen servicio, buen rollo, buenas vibras, buena vibra, precio calidad, calidad precio, relacion calidad, por algo, por algo siempre, con razon, no es casualidad, paran el trafico, levanta muertos, revive muertos, cura todo, cura la cruda, quita la cruda, la cruda, alegra el dia, alegran el dia, alegra la vida, sabe a gloria, sabe a hogar, a mi abuela, de mi abuela, como los de, como la de, como el de antes, ojala, larga vida, viva, que siga, aqui me quedo, de aqui no, no salgo de, ni hablar, todo rico, todo bueno, todo delicioso, todo perfecto, de principio a fin, no tiene fallas, ni una queja, cero quejas, vale la caminata, vale el madrugon, madrugar por, cruzo la ciudad, cruzar la ciudad, cruzaria la ciudad`
    ],
    [
      -3,
      `no se les ocurra, no se te ocurra, no se le ocurra, no vale ni, ya no es lo que, bajo la calidad, bajo mucho, llego frio, llego fria, llego tarde, da asco, daba asco, olia mal, mala onda, mala vibra, nos corrieron, no nos pelaron, ni nos pelaron, una hora esperando, hora esperando, media hora esperando, cobraron de mas, cobro de mas, propina obligatoria, propina forzosa, inflan la cuenta, puro marketing, puro hype, pura foto, para la foto, ni fu ni fa, del monton, nada del otro mundo, sin pena ni gloria, nos enfermamos, me enferme, me hizo dano, me cayo mal, salimos huyendo, nos salimos, mal servicio, mala atencion, mal trato, nos ignoraron, no nos atendieron, de mala gana, pura fachada, comida fria, comida tibia, cafe frio, huele mal, muy mal, esta mal, sabe mal, no vale la pena, no vale lo que, no vale, no no no valio la pena, no merece la pena, no merece, no vayan, no vayas, no vaya, ni vayan, ni vayas, no volveria, no volveriamos, no vuelvo, no volvere, no volvemos, no volveremos, no regresaria, no regreso, no regresare, no pienso volver, nunca mas, nunca volveria, jamas volveria, jamas vuelvo, no recomiendo, no lo recomiendo, no la recomiendo, no te recomiendo, no les recomiendo, no se lo recomiendo, no recomendaria, no recomendable, nada recomendable, no lo recomendaria, trampa para turistas, trampa turistica, trampa de turistas, es para turistas, para turistas, puro turista, puros turistas, lleno de turistas, solo turistas, solo para turistas, perdida de tiempo, perdida de dinero, tirar el dinero, tirar dinero, ahorrense, ahorrate, ahorrate el, mejor no, no gracias, ni loco, ni loca, ni de broma, ni de chiste, ni regalado, ni gratis, ni se les ocurra, ni se te ocurra, ni te acerques, ni se acerquen, no se acerquen, no pierdan, no pierdas, no caigan, no caigas, no se dejen, no te dejes, pasen de largo, pasa de largo, pasar de largo, mejor sigan, mejor busquen, busquen otro, hay mejores, hay opciones mejores, cobran de mas, cobrar de mas, me cobraron, nos cobraron, cobran por todo, te quieren cobrar, quieren cobrar, cuenta inflada, precios inflados, precios de turista, precio de turista, vive de su fama, vive de la fama, viven de la fama, viven de su fama, vive del nombre, vive de la vista, ya no es lo que era, ya no es lo mismo, ya no es igual, no es lo que era, perdio su, ha perdido, perdio el, se echo a perder, venido a menos, ha bajado, bajo mucho, bajo la calidad, bajo de calidad, fue bueno, era bueno, era mejor, antes era, antes me encantaba, antes me gustaba, esperaba mas, esperaba mucho mas, esperabamos mas, esperaba algo mejor, no es para tanto, no fue para tanto, nada especial, nada del otro mundo, nada que ver, nada fuera, no es nada, del monton, uno mas, sin chiste, no le veo el chiste, no tiene chiste, sin gracia, no tiene gracia, sin alma, sin sabor, sin vida, sin personalidad, sin sazon, sin gusto, ni fu ni fa, mas o menos, ahi nomas, ahi mas o menos, dos horas de fila, dos horas de cola, una hora de fila, horas de fila, horas de cola, hora de cola, hora de fila, hacer fila, filas eternas, fila eterna, filas larguisimas, colas eternas, mal servicio, mala atencion, mala actitud, mala mal trato, nos trataron mal, me trataron mal, poca atencion, nos ignoraron, me ignoraron, mas foto que, mas fama que, mas ruido que, puro cuento, pura fama, puro show, pura pose, pura foto, pura finta, puro hype, puro marketing, para la foto, para las fotos, se les subio, se pasan, se pasaron, no me gusto, no nos gusto, no me convencio, no nos convencio, no me termino, no me latio, no me encanto, no es lo mio, no entiendo, no entiendo por que, quede con hambre, nos quedamos con hambre, salimos con hambre, sali con, me cayo mal, nos cayo mal, me enferme, nos enfermamos, el estomago, dolor de estomago, demasiado, demasiada, demasiados, demasiadas, dejo mucho que desear, deja mucho que desear, que desear, tuve que esperar, tuvimos que esperar, esperamos mas de, esperar una hora, esperamos una hora, a empujones, te empujen, que te empujen, huele mal, olia mal, sabe a nada, sabia a nada, no sabe a nada, nadie va, nadie de aqui, ningun local, salgan corriendo, una estrella, cero estrellas, un cero, de plastico, recalentado, recalentada, me arrepiento, nos arrepentimos, mejor en casa, me quedo en casa, hubiera preferido, prefiero quedarme, que pena, que lastima, que flojera, que horror, que asco, que decepcion, un ojo de la un dineral, una fortuna, carisimo para, me dejo frio, me dejo fria, nos dejo frios, dejo frio, no me dijo nada, ni me va, me quede igual, no paso nada, no tiene nada, llego fria, llego frio, llego helada, llego helado, llegaron frios, llegaron frias, estaba fria, estaba frio, estaban frios, estaban frias, estaba helada, se tardaron, nunca llego, se les olvido, de malas, mala leche, malas caras, con prisa, nos corrieron, nos corren, te corren, propina obligatoria, propina forzosa, no sirve, no sirven, se creen, se cree, de turistas, para gringos, para instagram, puro instagram, parque tematico, no lo entiendo, que alguien me explique, fama inmerecida, dinero tirado, tire mi dinero, tiramos el dinero, perdi mi tiempo, perdimos el tiempo, perder el tiempo, pierdan su tiempo, pierdas tu tiempo, no pierdan su tiempo, no pierdas tu tiempo, te la pasas, la pasamos mal, la pase mal, me quedo a deber, quedo a deber, quedan a deber, me quedaron a deber, le falta mucho, le falta sabor, le falta sazon, le falta alma, le falta vida, le falta sal, sin pena ni gloria, pena ajena, una burla, una tomada de pelo, tomadura de pelo, una broma, una verguenza, una lastima, un engano, un robo, un asalto, un atraco, un fraude, una estafa, un desastre, un fiasco, un chasco, un infierno, un caos, un horror, una decepcion, una pesadilla, una grosería, ya no vuelvo, ya no voy, ya no vamos, ya no regreso, ya no es, ya no son, ya no esta, antes si, antes era, antes estaba, en decadencia, de capa caida, en picada, cuesta abajo, va para abajo, se vino abajo, en mi opinion no, hay cosas mejores, hay lugares mejores, mil veces mejor, cualquier otro, cualquier otra, en cualquier esquina, busquen otra, mejor vayan, mejor ve a, mejor ir a, dan gato por liebre, gato por liebre, colmillo, con cuidado, ojo con, cuidado con, aguas con, mucho ojo, para lo que es, para lo que dan, por lo que dan`
    ]
  ],
  avoid: list(`
    evita, eviten, evitar, evitenlo, evitenla, evitalo, evitala, no vayan, no vayas, ni vayan, no vale la pena, no recomiendo, no lo recomiendo, no la recomiendo, no te recomiendo, no les recomiendo, trampa para turistas, trampa turistica, perdida de tiempo, saltense, saltensela, saltenselo, huyan, no se les ocurra, no se te ocurra, ni se les ocurra, ni se te ocurra, no pierdan, pasen de largo, nunca mas, ahorrense, sobrevalorado, no caigan, ni te acerques
  `),
  negations: list(
    "no, ni, nunca, jamas, sin, tampoco, nada, nadie, poco, poca, apenas, dejo de, deja de, ningun, ninguna, menos, falta, demasiado"
  ),
  intensifiers: list(
    "muy, mas, tan, super, realmente, verdaderamente, bien, re, bastante, sumamente, la, el, lo, me, te, se, nos, es, esta"
  ),
  reaching: list(
    "encanta, encantan, encanto, encantaron, amo, adoro, recomiendo, recomendamos, evita, eviten, evitar, prefiero, preferimos, gusta, gusto, fascina, fascino, odio, detesto, imperdible, imprescindible, decepciono, me decepciono, no vayan, no vayas, saltense, nunca decepciona, nunca falla, no te pierdas, no se pierdan, que maravilla, nada mejor, no hay nada mejor, no esta nada mal, no esta mal, no recomiendo, no te recomiendo, no les recomiendo, no se les ocurra, no se te ocurra, ni se les ocurra, ni se te ocurra, hay que ir, tienen que ir, tienes que ir, vale la pena, no vale la pena, no le veo el chiste, tan rico como siempre, no me gusto, no nos gusto, no me convencio, huyan, nada como, no hay como, vayan, merece la pena, me enamore, que buenos, disfrutamos, lo mejor, boquiabierto, no caigan, demasiado, no todo, la mejor, el mejor"
  ),
  contrast:
    /\b(pero|sin embargo|aunque si|en cambio|ahora|hoy en dia|ultimamente|desgraciadamente|lamentablemente|sino|la verdad|mas bien)\b/g,
  concessive: /\b(aunque|a pesar de|pese a|si bien|por mas que|por fuera)\b/g,
  hearsay:
    /\b(dicen|dice mi|segun|cuentan|se dice|me dijeron|nos dijeron|me contaron|me han dicho|he oido|escuche|supuestamente|al parecer|por lo visto|mi (prima|primo|hermana|hermano|amiga|amigo|tia|tio|cunado|vecina|vecino|jefe|novia|novio|mama|papa|colega) (dice|cree|trabaja|piensa|jura|asegura|cuenta|opina))\b/,
  hype: /\b(todos|todo el mundo|la gente|en instagram|las guias|los influencers?|en tiktok|los blogs)\b[^.,;]{0,20}\b(hablan?|recomiendan?|aman?|alaban?|dicen?|presumen?|presume|dice|recomienda)\b/,
  sarcasm: [
    /\bque (maravilla|bonito|lindo|divertido|padre|alegria|emocion|bien|delicia|placer|gusto|chido|rico|ilusion|detalle|privilegio|ganga)\b.{0,15}\b(hacer|esperar|pagar|formarse|que te|estar|aguantar|pasar|ver como|tener que|gastar|comer de pie|una hora|dos horas)/,
    /\b(claro|si,|ay si|obvio|aja)\b,? ?(claro,? )?(porque|que|como)? ?(nada dice|quien no|nada como|a quien no|todos|quien necesita|que mejor)/,
    /\bnada (dice|grita|como) .{0,40}\b(cola|fila|espera|frio|caro|empuj)/,
    /\bgracias por (la|el|las|los|nada) .{0,30}\b(fria?|espera|intoxicacion|dolor|hora|nada)/,
    /\bsi (te|les|lo tuyo|lo que) .{0,14}(gusta|encanta|gustan|es|quieres|fascina).{0,90}(perfecto|ideal|tu lugar|encantara|va a encantar|el lugar|paraiso|es para ti|adelante)/,
    /\b(quien no (quiere|ama|sueña|suena)|a quien no le (gusta|encanta)) .{0,30}\b(esperar|pagar|cola|fila|hora|empuj)/,
    /\b(me encanta|nos encanto|me fascina|amo) (esperar|pagar|hacer (fila|cola)|que me (ignoren|empujen|cobren|griten|traten)|formarme)/,
    /\bpor (solo|tan solo|la modica cantidad|el modico precio)\b|\b(la |una )?ganga de\b|\bmodic[oa]\b/,
    /\bno,? gracias\b/,
    /\bquien (te |les )?(dijo|diga|dice) que\b/
  ],
  patterns: [
    // "Mejor vayan a otra" sends one away from here, and names no better place.
    [
      -2.5,
      /\bmejor (vayan|ve|vete|vaya|vamos|busquen|busca|coman|prueben) (a |en )?(otr[oa]s?|cualquier otr[oa])\b( (lado|lugar|parte|sitio))?(?! \w+ que se llama)/g
    ],
    [3, /\b(7|8|9|10)(\.\d)? ?(\/|de) ?10\b|\b(cuatro|cinco|4|5) estrellas\b/g],
    [-3, /\b[0-4](\.\d)? ?(\/|de) ?10\b|\b(una|dos|cero|1|2|0) estrellas?\b/g],
    [2.5, /\bsupero (todas |con creces )?(mis|nuestras|las|toda|cualquier) expectativas?\b/g],
    [2, /\b(nunca|jamas|no) (me |nos |te |les )?(deja|dejan|ha dejado) de \w+/g],
    [2, /\bsi (solo|nada mas|unicamente) (tienes|tienen|pueden|puedes|van|vas|hay tiempo)\b/g],
    [2, /\b(uno|siempre|todos|todas?) (siempre )?(regresa|vuelve|repite|regresamos|volvemos|repetimos)n?\b/g],
    [-2.5, /\bno (entiendo|comprendo|me explico|veo) (la|el|por que|tanta|tanto|cual|como|su|que le ven)\b.{0,20}/g],
    [
      2.5,
      /\b(los que|quienes) (somos|vivimos) (de )?aqui\b.{0,30}\b(vamos|comemos|desayunamos|cenamos|tomamos|compramos|preferimos)\b/g
    ],
    [
      2,
      /\b(siempre|cada (semana|domingo|sabado|viernes|mes)|todos los (domingos|sabados|viernes|dias)) (vamos|voy|vuelvo|volvemos|comemos|desayunamos|regreso|terminamos|pedimos)\b/g
    ],
    [
      2,
      /\b(desde (chico|chica|nino|nina|hace anos|siempre)|toda la vida) (voy|vengo|vamos|venimos|como|llevo|comemos)\b/g
    ],
    [
      1,
      /(?<=^|[,.;:] ?|\b(y|mejor|entonces|asi que)[ ,]+)(vayan|ve|vete|vaya|prueben|prueba|prueben|visiten|visita|pidan|pide|caminen|corran|acerquense|dense una vuelta|date una vuelta)\b/g,
      true
    ],
    [2.5, /\ble (gana|da mil vueltas|pone una|pasa por encima)\b/g],
    [2, /\bme quedo con\b/g],
    [
      2,
      /\b(mi|nuestro|nuestra) (lugar|taqueria|cafe|panaderia|bar|refugio|cantina|parque|rincon|mercado|fonda|segunda casa) (favorit[oa]|de siempre|de cabecera|de confianza|consentid[oa])\b/g
    ],
    [2, /\b(volveria|regresaria|volveremos|regresaremos|volvere|regresare)\b/g],
    [
      2,
      /\b(en medio|lejos|fuera|escape|refugio|oasis|descanso|respiro|alejad[oa]|apartad[oa])( (en medio )?del?)? (el |la |los |las |tanto |todo )?(ruido|caos|gentio|trafico|bullicio|estres|multitud|ajetreo|turistas)\b/g
    ],
    [
      -3,
      /\b(nadie|ningun (local|vecino|chilango)|los locales no|los de aqui no|nunca nadie)\b.{0,16}\b(va|van|come|comen|compra|compran|pisa|pisan|vamos)\b/g
    ],
    [-2, /\b(por|a) (ese|esos|este|tal|estos|semejantes?) precios?\b/g],
    [-2, /\bde (cola|fila|espera)\b/g],
    [-2, /\b(vive|viven|vivir) de (su|la|el|sus)\b/g],
    [-2, /\bdemasiad[oa]s?\b/g],
    [-1.5, /\btarda(n|ron|mos)?\b|\btardad[oa]s?\b/g],
    [-2, /\bsin (sabor|alma|chiste|gracia|sazon|vida|encanto|personalidad|ambiente)\b/g]
  ],
  comparisons: {
    firstWins: [
      /\ble (gana|ganan|da|dan|saca|sacan)\b/,
      /\b(es|esta|son|hace|hacen|sirve|sirven|sabe|saben|tiene|tienen)?\b.{0,20}\b(mejor|mejores|mas \w+|superior)\b.{0,25}\b(que|a)\b/,
      /^\s*>\s*$|\s>\s?/,
      /\b(que|a|sobre|antes que|en vez de|en lugar de)( a| en)?( el| la| los| las)?\s*$/
    ],
    secondWins: [
      /\b(peor|menos \w+|inferior)\b.{0,15}\b(que|a)\b/,
      /\bno (es|esta|son|tiene|llega|sabe|estan)\b.{0,20}\b(tan \w+ como|como|ni a los talones|comparacion|a la altura|al nivel)\b/,
      /\bni (de lejos|a los talones|se compara|se acerca)\b/
    ],
    firstLoses: [
      /\b(mejor (vayan|ve|vete|vaya|busquen|vamos|ir|coman|prueben|caminen)|vayan|vete|ve a|prueben|caminen|en cambio|mejor)\b/
    ]
  },
  praisesNext:
    /\b(no es tan \w+ como|nada como|no hay como|ni de lejos como|nada se compara con|el unico que se salva es|no le llega a|mejor (vayan|ve|vete|vaya|vamos) a|me quedo con)\s*((el|la|los|las|a|al|en) )*(\w+ ){0,3}$/,
  passesBy:
    /\b(mejor|peor|mas \w+|menos \w+|diferente) (que|a)( en| el| la| los| las| de)*\s*$|\b(a diferencia de|comparado con|comparada con|no como)( el| la| los| las)?\s*$/,
  instead:
    /\b(en vez de|en lugar de|olviden|olvidense de|olvidate de|antes que)( ir a| hacer fila en| formarse en)?( el| la| los| las)?\s*$/
}
