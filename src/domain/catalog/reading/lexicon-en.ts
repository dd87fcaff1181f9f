/** How people praise, warn and shrug in English. Words stand in their plain form; `feelings.ts` knows their endings. */
import type { Lexicon } from "./lexicon.ts"

const list = (text: string) => text.trim().split(/\s*[,\n]\s*/)

export const ENGLISH_LEXICON: Lexicon = {
  good: list(`
    love, unbelievable, magnificent, insane, delish, yum, unhurried, unpretentious, rewarding, moreish, adore, great, amazing, excellent, best, favorite, favourite, fave, wonderful, perfect, perfection, delicious, recommend, fantastic, gem, treasure,
    incredible, beautiful, friendly, superb, underrated, lovely, gorgeous, stunning, charming, delightful, delight, outstanding, phenomenal, brilliant, awesome,
    enjoy, enjoyable, fun, tasty, yummy, fresh, flavorful, flavourful, crisp, juicy, tender, buttery, flaky, silky, cozy, cosy, welcoming, warm, kind, attentive,
    helpful, generous, gracious, charm, peaceful, tranquil, serene, calm, calmest, quiet, relaxing, soothing, lively, magical, magic, special, memorable, unforgettable, highlight, impressive,
    impress, impressed, fabulous, terrific, stellar, marvelous, marvellous, splendid, sublime, divine, heavenly, heaven, flawless, impeccable, top-notch, topnotch, solid,
    reliable, dependable, consistent, honest, authentic, affordable, reasonable, cheap, bargain, steal, value, worthwhile, worth, refreshing, inspiring, fascinating, hypnotic, mesmerizing,
    interesting, informative, unique, cool, neat, rad, epic, legendary, legit, fire, goat, unbeatable, unmatched, unreal, exquisite, elegant, pristine, spotless, clean,
    comfortable, comfy, satisfying, hearty, rich, creamy, nice, good, glad, happy, pleased, thrilled, pleasure, joy, cherish, treat, bliss, blissful, glorious, wow, wowed, praise, dreamy,
    addictive, craveworthy, crave, spectacular, breathtaking, picturesque, scenic, idyllic, oasis, haven, refuge, sanctuary, beloved, exceptional, remarkable, masterful,
    winner, killer, banger, stunner, knockout, sensational, ideal, wholesome, decent, thoughtful, sincere, efficient, prompt, smooth, fragrant, aromatic, balanced, godsend, paradise, jewel, standout, knowledgeable, accommodating, hospitable, mouthwatering, scrumptious, superlative, immaculate, must-see, must-visit, must-try, must, rave, hooked, obsessed, prefer, thrilling, uplifting, captivating, enchanting, transcendent, killer, bomb, dope, chill, hit, keeper, revelation, faultless, unsung, lifesaver, life-changing, game-changer, pilgrimage, nirvana, ace, class, classy, lush, plentiful, hospitality, smile, smiles, smiling, craft, crafted, meticulous, care, soulful, intimate, quaint, whimsical, inventive, creative, ingenious, clever, playful, photogenic, panoramic, sunny, airy, spacious, roomy, shady, leafy, fluffy, crusty, crispy, crunchy, smoky, zesty, tangy, comforting, nourishing, homemade, homey, restful, rejuvenating, restorative, blessing, gift, bravo, hallelujah, winner, champion, undefeated, elite, peak, prime, primo, lit, slaps, slap, rules, rocks, delivers, shines, excels, sparkles, soars, blossom
  `),
  bad: list(`
    bad, terrible, awful, worst, worse, disappoint, disappointing, disappointed, disappointment, mediocre, bland, rude, dirty, overpriced, overrated, overhyped, crowded, overcrowded, touristy, meh, boring, bored,
    rip-off, ripoff, stale, gross, hype, hyped, soggy, greasy, undercooked, overcooked, burnt, burned, cold, lukewarm, dry, rubbery, gluey, mushy, tasteless, flavorless, flavourless, watery, watered,
    salty, oily, chewy, tough, tired, dated, rundown, shabby, filthy, sticky, smelly, stink, stinks, stinky, stench, noisy, deafening, cramped, claustrophobic, chaotic, chaos, slow, inattentive, dismissive, arrogant,
    snobby, snooty, pretentious, smug, unfriendly, unwelcoming, hostile, surly, grumpy, indifferent, careless, sloppy, pricey, expensive, exorbitant, extortionate, gouge, gouging, scam, scammy, trap, gimmick,
    gimmicky, cheesy, tacky, corny, kitschy, soulless, sterile, lifeless, generic, forgettable, unremarkable, uninspired, underwhelming, underwhelmed, lackluster, lacklustre, letdown, let-down, sad, depressing, depressed, dull,
    horrible, horrendous, atrocious, dreadful, abysmal, appalling, disgusting, vile, nasty, inedible, revolting, rotten, moldy, mouldy, rancid, regret, hate, hated, loathe, despise, detest, dislike, complain, annoying,
    annoyed, frustrating, frustrated, unpleasant, uncomfortable, nightmare, mess, zoo, disaster, fiasco, joke, insult, shame, waste, wasted, pointless, useless, unimpressive, unimpressed, inferior, subpar, sub-par,
    lame, sucks, sucked, suck, trash, garbage, crap, crappy, rubbish, lousy, pathetic, lacking, limp, insipid, flat, stingy, tiny, skimpy, avoid, skip, beware, swarmed, mobbed, swamped, overrun, rushed, ignored, overbooked, dingy, grimy, grubby, roach, cockroach, rats, rat,
    sick, poisoning, unsafe, sketchy, sloppy, dishonest, shady, ruined, ruin, spoiled, spoilt, declined, decline, downhill, jaded, cynical, unappetizing, unbearable, insufferable, obnoxious, condescending, grim, dire, poor, poorly, weak, diluted, fake, faded, inflated, steep, pushy, jostle, hectic, blah, yawn, snooze, snoozefest, monotonous, tedious, bleak, drab, crummy, phony, charmless, unpleasantly, disorganized, understaffed, neglected, unhygienic, unsanitary, tourist-trap, cringe, overdone, underseasoned, unseasoned, flavorlessly, mid, dud, flop, disgrace, disgraceful, appallingly, coasting, coasts, hell, hellish, ashamed, reheated, microwaved, frozen, canned, powdered, sneer, sneered, blaring, headache, migraine, ear-splitting, screaming, bros, circus, madhouse, disneyland, disneyfied, theme-park, reek, reeks, stank, urine, mold, mice, rodent, bugs, hair, shrunk, shrank, doubled, jacked, surcharge, upcharge, bleh, ugh, yuck, eww, blech, nope, unmemorable, unexceptional, uninteresting, uneven, inconsistent, hit-or-miss, spotty, patchy, iffy, dubious, questionable, confusing, misleading, irritating, exhausting, stressful, miserable, wretched, ghastly, ugly, eyesore, blight, stuffy, smoky-room, freezing, sweltering, leaky, broken, cracked, peeling, worn, threadbare, dusty, musty, clammy, lumpy, stringy, gristly, oversalted, over-salted, overrun, overbearing, intrusive, hovering, abrupt, curt, brusque, snippy, sullen, aloof, bothered, careless, clueless, incompetent, amateurish, unprofessional, disrespectful, racist, creepy, hostile, aggressive, threatening, predatory, exploitative, unethical, cruel, sorry, unfortunate, unacceptable, inexcusable, lamentable, regrettable, wasteful, worthless, soul-crushing, soul-destroying, joyless, cheerless, humorless, lukewarmly, overhype, cliché, cliche, derivative, formulaic, paint-by-numbers, commercialized, commercialised, corporate, sanitized, plastic, cynical, cash-grab, money-grab, gouged, fleeced, swindled, conned, duped, bankrupt, extortion, robbery, larceny, unjustifiable, unjustified, undeserved, overvalued, packed, jam-packed, rammed, shrugged, unimaginative, slapdash, unloved, unwelcome
  `),
  phrases: [
    // Praise that looks like something else; and what only a phrase can say.
    [
      3,
      `changed my life, made my week, made our week, makes my week, made my month, made my year, highlight of, melts in your mouth, melt in your mouth, best decision, love at first bite, like a hug, warm hug, our secret, don't tell anyone, keep it a secret, gave me chills, goosebumps, brought tears, speechless, lost for words, wouldn't change a thing, breath away, a dream, never misses, does not miss, a believer, makes a mean, pours a mean, felt special, like royalty, out of their way, on the house, breaking the bank, full and happy, full and smiling, smiling, under the radar, locals love, line moves quickly, kids loved, kept the kids busy, justifies the price, justifies the trip, justifies the ticket, justifies the wait, smells like heaven, smells amazing, smelled amazing, killing it, crushed it, crushes it, felt like home, couldn't stop eating, back for more, booked again, already planning, will return, we'll return, made our evening, fair prices, fairly priced, asked for seconds, had seconds, good value, great value, without the crowds, without the price, in another class, in a different class, another level, a different level, nothing but praise, nothing but good, nothing but love, nothing but great, not to be missed, not be missed, not to miss, don't miss, do not miss, dont miss, never miss, wouldn't miss, can't go wrong, cannot go wrong, can't beat, can't be beat, cannot be beaten, hard to beat, can't recommend enough,
      second to none, no better, nothing better, never better, never fails, never failed, doesn't fail, never disappoints, never disappointed, does not disappoint, didn't disappoint, doesn't disappoint, did not disappoint, won't disappoint, won't be disappointed, wasn't disappointed, weren't disappointed, not disappointed, never let me down, never let us down, never lets me down,
      hits the spot, to die for, out of this world, worth it, worth the wait, worth every, worth the trip, worth the detour, worth the money, worth the price, worth the hype, worth the climb, worth the walk, worth the drive, worth the hassle, worth the queue, worth the line, lives up to, lived up to, well worth, so worth, absolutely worth, totally worth,
      go-to, my go to, our go to, swear by, swears by, keep coming back, keep going back, kept coming back, always go back, can't wait to go back, can't wait to return, can't get enough, will be back, i'll be back, we'll be back, would go back, would go again, would return, i'd go back, we'd go back, i'd return, coming back, be back again, go back in a heartbeat, in a heartbeat,
      blew us away, blew me away, blew my mind, blown away, knocked my socks off, close my eyes, makes my day, made my day, made our day, made our trip, made our night, stole the show, best kept secret, hidden gem, must see, must visit, must try, must do, must eat, must go, a must, thumbs up, five stars, 5 stars, 10/10, ten out of ten, hands down, thank me later, do yourself a favor, do yourself a favour,
      highly recommend, can recommend, takes the cake, chef's kiss, does it right, done right, get it right, gets it right, nails it, nailed it, spot on, on point, top tier, next level, world class, first rate, first class, top notch, high quality, in love, fell in love, my happy place, happy place, hits different, couldn't be happier, couldn't be better, couldn't have been better, couldn't have been nicer, couldn't have been kinder, couldn't have been happier, couldn't ask for, could not ask for, what more could you want, what's not to like, what's not to love, what not to like, not to like about, not to love about,
      never rushed us, never rushed, didn't rush us, not rushed, without rushing, not bad, isn't bad, wasn't bad, not half bad, not too shabby, nothing to complain, can't complain, no complaints, cannot complain, without fail, hold up, holds up, still going strong, the real deal, the real thing, the bomb, the bee's knees, the goat, crowd pleaser, music to my ears, makes me smile, made me smile, lights up, dream about, dream of, think about it every day, exceeded expectations, exceeded my expectations, exceeded our expectations, better than expected, than we expected, than i expected, pleasantly surprised, pleasant surprise, nice surprise, surprisingly good, so glad, glad we, glad i, i wish i lived, wish we had, is my place, feel at home, felt at home, feels like home, like family, go early, love letter, worth a detour, worth a visit, worth visiting, worth a stop, worth seeing, worth going, worth your time, worth my time, worth checking, worth a trip, hats off, chapeau, kudos, shout out, shoutout, bravo, deserves all, deserves more, deserves every, deserve all, no wonder, saved our, saved my, or bust, nobody does it better, i was wrong, we were wrong, proved me wrong, went by like nothing, flew by, lost track of time, could stay for hours, could watch, could sit, could spend, never want to leave, never wanted to leave, didn't want to leave, don't want to leave, hard to leave, the only place i, the only place we, only place i trust, the one i, the one place, is where i'd, is where i would, first choice, i'd choose, i would choose, i'd pick, i'd take, made for, moves fast, i'd eat, ate there twice, went twice, went back twice, went back the next, back the next day, every time i, every single time, every chance, treat yourself, make time for, don't leave without, save room, never gets old, never get old, doesn't get old, for a reason, for good reason, makes up for it, made up for it, more than makes up, a hit, ask for by name, asks for by name, is where you go, is where i go, is where we go, worth crossing, sells out, sold me, licked the plate, licked the bowl, licked my, cleaned our plates, clean plates, stayed until, still thinking about, stop thinking about, haven't stopped, ruined other, ruined all other, spoiled us for, slept on, sleeping on, sleep on, deserves more attention, deserves its, earns its, top of my list, top of our list, on my list, home run, out of the park, on fire, knows what they're doing, know what they're doing, knows their stuff, know their stuff, know your name, knows your name, remember your, remembers your, remembered us, remembered my, treat you like, treats you like, treated us like, breath of fresh air, what the doctor ordered, gives me life, restored my, restores my, the right amount, just right, just perfect, exactly what, as good as it gets, hard to top, can't top, can't fault, cannot fault, couldn't fault, hard to fault, no notes, not a dud, not a bad, never a bad, no bad, worse ways, do worse, worse places, should be illegal, i'd crawl, i'd fight, would kill for, i'd kill for, sell my soul, drive an hour, drove an hour, cross town for, across town for, holy grail, life changing, game changer, five out of five, say enough, good things, scream with delight, inner child, for my money, safe bet, can't lose, cannot lose, no brainer, sure thing, sight to behold, something special, pretty special, really something, quite something, the one to beat, one to beat, the benchmark, crown jewel, pride of, heart of, soul of, labor of love, labour of love, made with love, with love, pure joy, sheer joy, a joy, a delight, a treasure, a blast, a riot, a vibe, good vibes, great vibes, immaculate vibes, big fan, huge fan, a fan of, fan of, fond of, soft spot, we loved, all smiles, big smile, worth repeating, repeat visit, second helping, ordered another, ordered a second, another round, one more round, every bite, every sip, every crumb, last drop, last crumb, by far, head and shoulders, in a league, league of its own, one of a kind, nothing like it, like nowhere else, like no other, if heaven, sign me up, count me in, take my money, shut up and, can do no wrong, do no wrong, did not want to leave, i'd live there, i'd move in, move in, go now, run don't walk, don't walk run, you won't regret, won't regret, no regrets, never regretted, zero regrets, thank god for, thank goodness for, bless, unlike anything, bring an appetite, better than anywhere, better than ever, better than any, than anywhere else, than anyone else, in my life, ever had, ever eaten, ever tasted, to remember, sets the bar, raises the bar, sets the standard, gold standard, wins, won me over, won us over, grew on me, punches above, above and beyond, hidden treasure`
    ],
    // Warnings.
    [
      -3,
      `wide berth, glorified, assembly line, couldn't move, can't move, hardly move, nowhere to sit, made us wait, kept us waiting, ran out of, charged for water, hidden charges, upsell, hard sell, pressured us, yelled at, shouted at, scolded, threw up, fell ill, got ill, sick for days, not missing much, not missing anything, missing nothing, biggest disappointment, wish we'd skipped, wish i'd skipped, should've skipped, should have skipped, nothing like the photos, nothing like the pictures, better in photos, looks better in, tiny portions, sold its soul, rolled their eyes, save yourself the trip, won't come back, wouldn't come back, not coming back, never coming back, gave up, missed our show, missed our train, for what you get, for what you pay, more than it's worth, the fuss, could be better, could be cleaner, could have been better, needs work, in need of, past its best, felt unwelcome, asked to leave, skip it, skip this, skip that, tourist trap, tourist traps, not worth, isn't worth, wasn't worth, aren't worth, hardly worth, never worth, don't bother, do not bother, dont bother, wouldn't bother, not bother, stay away, waste of time, waste of money, waste of a, waste your time, waste your money, waste an evening, don't go, do not go, go elsewhere, look elsewhere, eat elsewhere, go somewhere else, save your money, save your time, save yourself, steer clear, stay clear, keep walking, walk on by, walk past, walk right past, run away, never again, not again, never going back, not going back, won't be back, won't go back, wouldn't go back, not go back, never go back, not be back, won't return, not returning, wouldn't return, never return, never set foot, won't set foot, don't waste, give it a miss, a miss, a hard pass, hard pass, i'd pass, i'll pass, pass on, think twice, rather not, rather have stayed, have rather, rather eat, would rather, i'd rather, wouldn't recommend, don't recommend, can't recommend, cannot recommend, not recommend, would not recommend, hard to recommend, wouldn't send, wouldn't wish, wouldn't take, wouldn't go, would not go, wouldn't eat, wouldn't feed, would avoid, no thanks, no thank you, like the plague, out of my way, couldn't pay me, you couldn't pay, not for me, wasn't for me, isn't for me, not my thing, not my scene, not a fan, not impressed, not the place, never take, never takes, lives off, living off, coasting on, coasts on, trades on, resting on, riding on, past its prime, seen better days, gone downhill, went downhill, going downhill, lost its, lost the plot, has lost, let down, let us down, let me down, let-down, fell flat, falls flat, fall flat, falls short, fell short, left hungry, left a bad taste, bad taste, leaves a lot, left a lot, much to be desired, to be desired, nothing special, nothing to write home, write home about, nothing but, nothing more than, no better than, so so, so-so, run of the mill, just okay, just ok, only okay, only ok, just fine, is fine i guess, fine i guess, i guess, overpriced and, used to be good, used to be great, used to love, used to be, expected more, expected better, hoped for more, hoped for better, hoping for more, high hopes, wanted to like, wanted to love, tried to like, tried to love, food poisoning, got sick, made me sick, felt sick, rip off, rips you off, ripped off, got ripped, ripping off, cash grab, money grab, conveyor belt, cattle, shoulder to shoulder, packed like, sardines, elbow to elbow, selfie factory, selfie stick, selfie sticks, instagram trap, for the gram, all hype, pure hype, all style, style over, more photo than, a fortune, arm and a leg, forty dollars, long lines, long line, long wait, long queue, endless line, endless queue, lines are long, line is long, around the block, with a queue, with a line, wait forever, waited forever, waited an hour, waited over an hour, waited two hours, hour wait, took forever, takes forever, forever to, cold fries, got the bill wrong, bill wrong, got our order wrong, order wrong, my order wrong, wrong twice, wrong order, overcharged, double charged, hidden fee, hidden fees, cash out, zero history, zero charm, zero atmosphere, zero flavor, zero soul, zero stars, one star, 1 star, no soul, no flavor, no flavour, no charm, no atmosphere, no character, no taste, no stars, by the numbers, phoned it in, phoning it in, phones it in, don't get the hype, don't get it, don't understand the hype, don't see the appeal, don't see the point, don't see why, what's the point, what is the point, beats me why, leave hungry, go hungry, left early, walked out, tastes like the box, tastes like cardboard, like cardboard, like plastic, like soap, like dishwater, dishwater, more than you think, don't plan, don't plan around, don't fall for, don't believe, don't be fooled, not as good as, nobody from here, no local, no locals, for tourists, for the tourists, tourists only, only tourists, full of tourists, tourist crowd, tour groups, tour buses, cruise crowd, asleep, put me to sleep, where do i start, where to start, where to begin, hell on earth, not do again, would not do, lol at, should be ashamed, be bothered, living on, left me cold, left us cold, cold shoulder, rolled my eyes, rolled his eyes, rolled her eyes, rushed us, kicked us out, kicked out, turned us away, turned away, forgot our, forgot my, forgot us, never came, never arrived, never showed, hair in, fly in my, bug in, arrived cold, was cold, were cold, stone cold, from a box, out of a box, from a can, out of a can, charged us twice, nickel and dime, nickel and dimed, service fee, cash cow, theme park, meat market, bachelorette parties, frat bros, couldn't hear, can't hear, cannot hear, lost interest, fell asleep, checked my watch, wish i hadn't, wish we hadn't, wish i had gone, should have gone, should've gone, should have stayed, should've stayed, could have stayed, one and done, once is enough, once was enough, once is plenty, never understood, don't understand, do not understand, baffles me, smoke and mirrors, bait and switch, as advertised, false advertising, i'm over, so over, not anymore, not any more, no longer what, no longer good, no longer worth, new owners, cutting corners, cut corners, gets worse, got worse, getting worse, gone to pot, gone to the dogs, gone to seed, goes downhill, sold out and, a shadow of, shell of its, on autopilot, autopilot, sticky floor, sticky floors, smells of, smelled of, tasted like nothing, tastes like nothing, tastes of nothing, tasted of nothing, taste of nothing, like sawdust, like rubber, like sand, like paste, like glue, out of their mind, out of their minds, out of control, for that price, at those prices, at that price, for the price, these prices, those prices, too much for, robbed blind, daylight robbery, highway robbery, take your money, takes your money, better off, you're better off, better options, better places, better elsewhere, do better, can do better, could do better, plenty of better, hundred better, dozen better, so many better, bang for your buck, buyer beware, be warned, you've been warned, fair warning, word of warning, a warning, proceed with caution, think again, not what you think, hold your nose, lower your expectations, low expectations, manage your expectations, lived up to none, didn't live up, doesn't live up, did not live up, not live up, fails to, failed to, failed miserably, barely edible, hardly edible, not edible, sent it back, send it back, couldn't finish, didn't finish, left it on, left most, pushed it around, picked at, feed my dog, to my dog, to a dog, worst enemy, my enemy, of all places, nobody cares, no one cares, nobody cared, didn't care, don't care, doesn't care, couldn't care less, no sense, no sign of, no trace of, no effort, no heart, little to offer, nothing to offer, nothing to see, nothing there, not much there, not much to, nothing to do, little to see, done in ten minutes, ten minutes and, five minutes and, bored us, bored me, lost on me, not sure why, no idea why, why anyone, why people, why do people, who goes, aimed at, strictly for, purely for, made for instagram, look good on instagram, looks good on instagram, photo op, photo ops, selfie spot, selfie line, influencers, influencer`
    ]
  ],
  avoid: list(`
    avoid, skip, skip it, skip this, beware, stay away, steer clear, don't bother, do not bother, dont bother, don't go, do not go, go elsewhere, eat elsewhere, look elsewhere, save your money, save your time, waste of time, waste of money, tourist trap, never again, like the plague,
    give it a miss, a miss, hard pass, not worth, isn't worth, wasn't worth, wouldn't recommend, don't recommend, can't recommend, not recommend, keep walking, overrated, don't waste, run away, don't fall for, never take
  `),
  /** What turns the next words around, for a few words. */
  negations: list(
    "not, no, never, isnt, wasnt, arent, werent, dont, doesnt, didnt, hardly, barely, without, aint, cant, cannot, couldnt, wont, wouldnt, nothing, nobody, none, neither, nor, shouldnt, hasnt, havent, hadnt, zero, lacks, lack, less, far from, anything but, too, nowhere, scarcely, rarely, seldom, least, stopped, stop, fails, failed"
  ),
  intensifiers: list(
    "very, really, so, absolutely, truly, totally, completely, incredibly, insanely, seriously, damn, super, extremely, utterly, pretty, quite"
  ),
  /** Verbs that act on the place that follows them. */
  reaching: list(
    "skip, avoid, love, loved, adore, hate, hated, recommend, prefer, like, enjoy, enjoyed, enjoying, try, beats, loathe, despise, pick, choose, detest, dislike, beware, regret, praise, crave, cherish, swear by, swears by, dont miss, dont bother, waste, highly recommend, stay away, steer clear, cant beat, not to be missed, a must, pass on, not a fan, hard pass, wouldnt miss, cant recommend, tired, sick, would avoid, not bother, wouldnt bother, save your money, fell in love, in love, obsessed, hooked, dont recommend, wouldnt recommend, would not recommend, lost"
  ),
  contrast:
    /(?<!nothing |anything |all |none |not only .{0,40})\b(but|however|yet|except|unfortunately|sadly|until|now|nowadays|these days|lately)\b(?! for)/g,
  concessive: /\b(though|although|even if|despite|in spite of|while|granted)\b/g,
  hearsay:
    /\b(my (cousin|friend|sister|brother|coworker|colleague|mom|dad|uncle|aunt|boss|neighbor|neighbour)s? (say|said|tell|told|think|claim|love|hate|like|work)s?|(they|people|some|folks|reviews?|guides?|others|everyone|everybody|friends|someone) (say|said|tell|told|warned|claim)s?|i('ve)? (heard|hear|read)|supposedly|apparently|allegedly|rumou?r has it|is said to|are said to|reportedly|word is)\b/,
  hype: /\b(everyone|everybody|people|they|instagram|tiktok|guidebooks?|the internet|influencers?|tourists|the guides?|yelp|some)\b[^.,;]{0,20}\b(raves?|raving|swoons?|gushes?|loves?|hypes?|hyped|queues?|lines? up|say|says|talks? about|posts?)\b/,
  sarcasm: [
    /^(oh|ah|well|yeah|yes|sure|wow|great|right)?,? ?(oh )?(sure|yeah right|great|because|right),? (wait|because|who|nothing|what|let'?s|another|pay|spend|stand|queue|why)\b/,
    /\bwhat could (be|possibly be) (more|better)\b/,
    /\bwhat a (treat|joy|delight|pleasure|thrill|bargain|privilege|steal|surprise),? ?(to |paying|waiting|standing|being|having|sitting|getting|queu|spending|listening)/,
    /\bnothing (says|screams|beats|like) .{0,60}\b(wait|queue|line|paying|stand|elbow|crowd|cold|stale|hour)/,
    /\bwho (doesn'?t|wouldn'?t) (love|want|enjoy|like) (to )?(wait|pay|queu|stand|spend|cold|being|getting|paying|waiting|a |an hour|sitting)/,
    /\bif (you|your idea) .{0,12}\b(like|love|enjoy|want|into|dream|is|fancy)\b.{0,80}\b(you'?ll love|you will love|perfect|this is the place|is for you|is your place|look no further|heaven|paradise|the place for you|by all means|go right ahead)\b/,
    /\b(thanks|thank you) for (the|nothing|an?) .{0,30}\b(cold|stale|hour|wait|food poisoning|headache|nothing|bill|hairs?)\b/,
    /\bnothing (says|screams)\b/,
    /(^|\s)\/s\b/,
    /\bwhoever (told|said|says|thinks|wrote|claims)\b/,
    /\b(a|such a) (real )?bargain at\b|\bfor the (low|bargain) price of\b|\bonly (forty|fifty|sixty|seventy|eighty|ninety|a hundred) (dollars|bucks)\b/,
    /\b(lucky (me|us|you)|how (lovely|nice|charming|delightful|wonderful) (to|of them)|just what i (needed|wanted)|exactly what i (needed|wanted):|my favou?rite (part|thing) was (the )?(wait|being|paying|queue|line))/,
    /\b(love|loved|enjoyed|adore) (waiting|paying|standing|queueing|queuing|being (ignored|shoved|pushed|yelled|overcharged)|getting (ignored|shoved|pushed|ripped)|how .{0,30}(ignored|forgot|cold|overcharged))/,
    /\b(in case you|because you) (enjoy|like|love|missed) (being|waiting|paying|the smell)\b/
  ],
  patterns: [
    // Wishes and things left undone say nothing of the place.
    [
      0,
      /\b(would|'d) (love|like|enjoy|appreciate) to (hear|know|see|try|visit|check|find|get|meet)\b(?!.{0,20}\bagain\b)|\bskipped\b/g
    ],
    [
      -3,
      /(?<!\b(i|we|they|you|locals|people|who) )\b(do not|don'?t),? (under any circumstances,? |ever,? |even )?(order|eat|go|bother|buy|book|waste|spend|come|touch|trust)\b(?! (wrong|hungry|home|without|past|by|anywhere else|elsewhere))/g,
      true
    ],
    [
      2.5,
      /\bnever (once |ever )?(left|leaves?|walked (out|away)|c[oa]me away|gone home)\b.{0,40}\b(disappointed|hungry|unhappy|empty[- ]handed|without|sad|unsatisfied)\b/g
    ],
    [2, /\bmakes? (me|you|us) (want to |wish )(move|come back|go back|stay|return|live|sing|dance|smile|linger)\b/g],
    [2.5, /\b(in|on) (another|a different|a whole other|its own) (class|league|level|planet)\b/g],
    [
      2,
      /\b(escape|refuge|retreat|away|haven|break|respite|oasis|relief|hideaway) (from|in the middle of|amid) (all )?(the )?(\w+ )?(noise|crowds?|chaos|bustle|traffic|madness|heat|hustle|tourists)\b/g
    ],
    [2, /\bnot another soul\b|\bno (crowds?|tourists|lines?|queues?|attitude|pretension|fuss|nonsense|hype)\b/g],
    [
      1.5,
      /\b(spent|spend|spending|took up|stayed) .{0,14}(entire|whole|all) (day|afternoon|morning|evening|weekend)\b/g
    ],
    [
      2,
      /\bthe (?!slow|rud|dirt|loud|dull|dri|sad|bland|cold|weak|small|long|short|old|near|clos|lat|high|larg|big|west|rest|guest|test)\w{2,}est\b.{0,40}\b(ever|in town|in the city|anywhere|i know)\b/g
    ],
    [
      2.5,
      /\b(ruin|spoil)(ed|s|t)? (us |me )?(for )?(every|all|any|other)\b|\b(leave|go|come) (town |home )?without (a stop|trying|seeing|visiting|eating|stopping|going)\b/g
    ],
    [2, /\b(disappeared|vanished|were gone|was gone) .{0,30}\b(seconds|minutes|no time)\b/g],
    [-3, /\bgive .{0,40} a (wide berth|miss|pass|skip)\b/g],
    [-2, /\b(smaller|worse|shabbier|shorter|dirtier) than (i|we) (expected|thought|hoped|remembered)\b/g],
    [-2, /\bused to (be|have|serve|make|feel|taste|love|like|come|go)\b/g],
    [
      -2,
      /\b(\d+|ten|fifteen|twenty|thirty|forty|fifty|sixty|eighty|a hundred) (bucks|dollars|euros|pounds|quid) for (\w+ )?(\w+ )?(minutes|bites|sips|of)\b/g
    ],
    [
      -2,
      /\bnothing (at|in|on|about|from|we|i)\b.{0,40}\b(tast(ed|es) like|was (hot|fresh|good|worth|right|memorable|special|edible)|stood out|worked)\b/g
    ],
    [
      3,
      /\b(7|8|9|10)(\.\d)? ?(\/|out of) ?10\b|\b(4|5|four|five)(\.\d)? ?(\/|out of) ?(5|five)\b|\b(four|five|4|5)[ -]stars?\b/g
    ],
    [
      -3,
      /\b[0-4](\.\d)? ?(\/|out of) ?10\b|\b(0|1|2|zero|one|two)(\.\d)? ?(\/|out of) ?(5|five)\b|\b(zero|one|two|0|1|2)[ -]stars?\b/g
    ],
    [
      2.5,
      /\b(ca|could|can|wo)(n'?t|not) (recommend|say|stop|wait|praise|rate|speak|think of|imagine|find fault|fault)\b.{0,24}\b(enough|coming|going|eating|thinking|to (go|come|return|get) back|highly|more|a better|anything better|better)\b/g
    ],
    [
      2.5,
      /\b(you|one|we|i|there) ?('re|are)? ?(could|can|might)? ?(do|be)? ?(far |much )?worse (than|ways|places|things)\b/g
    ],
    [
      2,
      /\b(never|doesn'?t|don'?t|hasn'?t|haven'?t) (\w+ )?(get|gets|got|gotten) (old|tired|boring|stale)\b|\bnever (tire|tired) of\b|\bnever (lets?|let) (me|us|you|anyone) down\b/g
    ],
    [2, /\b(line|queue|wait|crowd)s? .{0,20}\bfor (a|good) reason\b/g],
    [
      2,
      /\b(only|first) (\w+ ){0,3}(that|who|i|we|my|where|left) (\w+ ){0,4}(trust|ask|asks|love|like|likes|eat|eats|go|recommend|bother|need|miss|respect|can stand)\b/g
    ],
    [
      1.5,
      /\b(every|each) (morning|sunday|saturday|friday|week|day|night|weekend|summer|winter|spring|visit|chance|time (we|i))\b/g
    ],
    [
      -2.5,
      /\b(if|when) (you|they) (want|wanted|need|needed) to (be|get) (ripped|robbed|ignored|yelled|overcharged|shoved|fleeced|bored)/g
    ],
    [
      -2,
      /\b(liv(e|es|ing)|trad(e|es|ing)|coast(s|ing)?|surviv(es|ing)|rest(s|ing)|rid(es|ing)|bank(s|ing)) (off|on|by) (its|their|a|an|the|past|old|pure|nostalgia|fame|reputation|name|tourists)\b/g
    ],
    [
      -2,
      /\bwho(ever)? (is|are|would|thought|pays?|needs?|decided|designed|came up)\b.{0,30}\b(paying|pay|thought|idea|this)\b|\banyone paying\b/g
    ],
    [
      1,
      /(?<=^|[,.;:] ?|\b(and|then|just|so|instead|better to|should|rather)[ ,]+)(go|head|walk|run|drive|bike|make your way|get yourself|hit up|hit|try|check out|grab|order|book|stop by|stop at|swing by|drop by|visit|go see)\b(?! (away|elsewhere|past|by|on|out|wrong|early|somewhere|home|figure|there|cold|off))/g,
      true
    ],
    [2.5, /\b(still|always) (my|our|the one|the best|the bar|go|take|come|eat|drink|end up)\b/g],
    [2, /\b(i|we) (take|bring|send) (everyone|everybody|all|every|my|our|people|friends|guests|visitors)\b/g],
    [2.5, /\b(wish|wishing) (i|we|it|they) .{0,20}(closer|sooner|more often|open|longer|lived|knew)\b/g],
    [2.5, /\b(can|could) ?n('|o)?t (recommend|praise|say|thank|get) .{0,30}\b(enough|highly|more)\b/g],
    [
      2.5,
      /\b(could ?n'?t|could not) (have )?(be|been|ask|do|get) [a-z ]{0,12}(er|better|nicer|kinder|happier|more)\b/g
    ],
    [2, /\bi could (eat|drink|live|stay|sit|watch|spend|look|listen|read|wander)\b/g],
    [
      3,
      /\b(nobody|no one|nowhere|no place|nothing) (else )?(in town |in the city |around )?(does|makes|comes close|compares|beats|tops|else)\b/g
    ],
    [2.5, /\bif (you|i|we) (can |could |had to )?(only|just) (do|eat|see|visit|pick|choose|have|try|go)\b/g],
    [2, /\b(free|costs? (nothing|next to nothing|hardly anything))\b(?! parking)/g],
    [2, /\bha(s|ve) never been (crowded|busy|bad|disappoint\w*|let down)/g],
    [
      2,
      /\b(i|we)('d| would| will|'ll) (go|come|be|return|eat|order|drink|do it|visit) (back|there|again|here|in a heartbeat|any day|tomorrow|every)\b/g
    ],
    [2, /\b(we|i)('ll| will)( definitely| surely)? be (back|there again)\b/g],
    [
      2,
      /\b(been|has been|is) (my|our) (morning|friday|sunday|saturday|ritual|anchor|living room|second home|refuge|local|regular|spot|lunch|place|default|usual)\b/g
    ],
    [2, /\b(still talk|talking|talk) about\b/g],
    [2, /\bso good\b|\bdamn good\b|\breal good\b|\bthe good (stuff|one)\b/g],
    [2, /\b(ate|stole|took) (half|most|all) of (saturday|sunday|the day|our day|the afternoon)\b/g],
    [
      -3,
      /\b(nobody|no one|no local|no locals|none of us|locals (don'?t|do not|never|avoid))\b.{0,25}\b(goes?|eats?|drinks?|shops?|bothers?|sets? foot|would|lives?|touch)\b/g
    ],
    [-3, /\bi('d| would)? never (go|take|send|bring|eat|set|recommend|return|bother|order|again)\b/g],
    [
      -2.5,
      /\b(wo|would)(n'?t| not) (send|take|go|eat|return|bother|recommend|come|be back|wish|pay|touch|feed|waste|order|step)\b/g
    ],
    [
      -2,
      /\b(charged?|paid|pay|paying|cost|spent|want(ed|s)?|asks?) (us |me |you )?(over |almost |nearly )?(\$|€|£)?\d+.{0,20}\bfor (a|an|one|two|some|the)? ?\w+\b/g
    ],
    [-2, /\b(rather|sooner) (have |eat|drink|walk|stay|sit|be|go|starve|watch)/g],
    [
      -2,
      /\btoo (many|much|loud|crowded|expensive|small|dark|hot|cold|sweet|salty|long|busy|noisy|far|greasy|touristy|dry|slow|packed|full)\b/g
    ],
    [-2, /\bit'?s (just|only) (a|an)?\b/g],
    [
      -2,
      /\b(is|was|are|were|feels?|felt) (just|only|little more than|nothing more than|basically|mostly) (a|an|some|for|there|the)\b/g
    ],
    [-2.5, /\bturn(ed|ing|s)? into an? (selfie|tourist|theme|mall|circus|zoo|mess|parking)\b/g],
    [
      -2,
      /\bisn'?t what it (was|used to be)\b|\bnot what it (was|used to be)\b|\b(was|were) better (before|when|years ago|once)\b/g
    ],
    [
      -2,
      /\b(dragged|herded|shoved|shuffled|funneled|funnelled|pushed) (us|me|everyone|you|through|past|along|around)\b/g
    ],
    [-2, /\b(half|most) (of )?(the|its|their) .{0,20}(empty|closed|broken|out of order|missing|sold out)\b/g],
    [-2, /\b(ha(s|ve) not|hasn'?t) (had much|been (good|great|the same))\b/g],
    [
      -1.5,
      /\b(wait(ed|ing)?|queued?|lines?|queue) (for )?(about |almost |over |nearly )?(an|one|two|three|ninety|sixty|forty|\d+) ?(hours?|minutes|min)\b/g
    ]
  ],
  comparisons: {
    firstWins: [
      /\b(is|are|was|makes?|does|pours?|serves?|has|have|do|tastes?|feels?|bakes?|brews?|mixes|cooks?)?\b.{0,30}\b(better|nicer|cheaper|cleaner|tastier|friendlier|calmer|quieter|fresher|prettier|richer|superior|more \w+|bigger|crispier|cozier|kinder|warmer|stronger|lovelier|finer)\b.{0,30}\b(than|to)\b/,
      /\b(beats?|tops|crushes|destroys|outshines|outclasses|trumps|blows away|puts to shame|wins over|wipes the floor with|outdoes|surpasses)\b/,
      /^\s*>\s*$|\s>\s?/,
      /\b(over|rather than|instead of|any day over|before)\s*$/
    ],
    secondWins: [
      /\b(worse|inferior|less \w+) than\b/,
      /\b(not|isn'?t|wasn'?t|nowhere near|never|nothing|hardly|aren'?t|half)\b.{0,20}\bas \w+ as\b/,
      /\b(can'?t|cannot|doesn'?t|does not|couldn'?t) (touch|compare (to|with)|compete with|hold a candle to|match|hold up (to|against)|come close to)\b/,
      /\b(pales? (next|compared|in comparison)|is no|are no|no match for|poor man'?s|a poor copy of|a sad copy of)\b/,
      /\s<\s/
    ],
    firstLoses: [/\b(instead|go to|walk to|head to|try|get to|just go|go for|and go|go|eat at|do)\b/]
  },
  praisesNext:
    /\b(nowhere near as \w+ as|not as \w+ as|isn'?t as \w+ as|wasn'?t as \w+ as|nothing like|can'?t touch|cannot touch|nothing compares to|doesn'?t compare to|make it|nothing beats|hard to beat|ever since|closest thing to|second only to)\s*(the )?(\w+ ){0,4}$/,
  passesBy:
    /\b(better|worse|cheaper|nicer|higher|bigger|smaller|busier|quieter|more \w+|less \w+|tastier|calmer|friendlier|cleaner|prettier|other) than\s*(at |the |in |what you get at )?$|\b(unlike|compared (to|with)|as opposed to)\s*(at |the |in )?$/,
  instead:
    /\b(instead of|rather than|forget|forget about|over)\s*(at |the |going to |waiting at |lining up at |queueing at )?$/
}
