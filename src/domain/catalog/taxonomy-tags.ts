/**
 * The 64 vibe tags: what each means and which words suggest it. The order is the order of the dimensions of the
 * vibe space, so it never changes within a taxonomy version: appending, removing or reordering is a new version.
 */
export interface TagEntry {
  readonly tag: string
  readonly group: string
  /** One sentence that decides whether a place has this vibe. */
  readonly means: string
  /** Lower-case words and phrases that suggest it in free text. */
  readonly words: ReadonlyArray<string>
}

const group = (name: string, entries: ReadonlyArray<readonly [tag: string, means: string, words: string]>) =>
  entries.map(
    ([tag, means, words]): TagEntry => ({ tag, group: name, means, words: words.split(",").map((word) => word.trim()) })
  )

export const TAG_ENTRIES: ReadonlyArray<TagEntry> = [
  ...group("mood", [
    [
      "cozy",
      "Small and warm; one wants to stay when it is cold outside.",
      "cozy, cosy, snug, warm and inviting, fireplace, homey, intimate little"
    ],
    [
      "lively",
      "Full of people and noise, in a good way.",
      "lively, buzzing, bustling, energetic, packed every night, vibrant, loud"
    ],
    [
      "quiet",
      "Calm enough to read or to talk in a low voice.",
      "quiet, peaceful, calm, silent, hushed, no crowds, uncrowded"
    ],
    [
      "romantic",
      "Two people look at each other more than at their phones here.",
      "romantic, candlelit, candlelight, intimate, proposal, anniversary"
    ],
    [
      "playful",
      "Invites grown-ups to fool around: games, whimsy, toys.",
      "playful, fun, whimsical, games, arcade, pinball, board games, karaoke"
    ],
    [
      "moody",
      "Dark, low-lit, a little mysterious.",
      "moody, dimly lit, dim lighting, dark wood, speakeasy, noir, low-lit"
    ],
    [
      "serene",
      "Lets one breathe: space, stillness, order.",
      "serene, tranquil, meditative, zen, stillness, contemplative, oasis"
    ],
    [
      "festive",
      "Feels like a celebration on an ordinary day.",
      "festive, celebration, fiesta, party, carnival, festival, lanterns"
    ]
  ]),
  ...group("character", [
    [
      "locals_favorite",
      "The people who live around the corner come back every week.",
      "locals love, local favorite, local favourite, regulars, neighborhood favorite, where locals, my go-to, our go-to"
    ],
    [
      "hidden_gem",
      "Good, and easy to walk past without knowing.",
      "hidden gem, tucked away, off the beaten path, under the radar, secret, unmarked door, easy to miss, no sign"
    ],
    [
      "iconic",
      "Stands for the city; one recognises it from pictures.",
      "iconic, famous, landmark, must-see, must see, bucket list, world-famous, postcard"
    ],
    [
      "old_school",
      "Has done the same thing for decades and is proud of it.",
      "old school, old-school, institution, since 19, decades, classic diner, time capsule, unchanged, retro"
    ],
    [
      "quirky",
      "Odd on purpose; nobody else would have made it.",
      "quirky, weird, eccentric, offbeat, odd, strange, curiosities, kitsch"
    ],
    ["trendy", "What people talk about this year.", "trendy, hip, hyped, instagram, new spot, buzzy, it spot, stylish"],
    [
      "family_run",
      "The owners are in the room.",
      "family-run, family run, family-owned, family owned, mom and pop, mom-and-pop, third generation, grandmother"
    ],
    [
      "neighbourhood_hub",
      "Where the neighbourhood meets itself.",
      "neighborhood hub, community, neighbourhood spot, neighborhood spot, gathering place, community space, block party"
    ]
  ]),
  ...group("food", [
    [
      "comfort_food",
      "Generous plates one does not have to think about.",
      "comfort food, hearty, stew, burgers, mac and cheese, fried chicken, noodles, ramen, pho, dumplings, pozole"
    ],
    [
      "street_food",
      "Eaten standing, from a cart, stall or window.",
      "street food, food cart, food truck, stall, taco stand, yatai, hawker, vendor, tacos al pastor"
    ],
    [
      "fine_dining",
      "A long, composed meal with service to match.",
      "fine dining, tasting menu, omakase, kaiseki, michelin, chef's counter, white tablecloth, degustation"
    ],
    [
      "seafood",
      "Comes from the water and tastes of it.",
      "seafood, oysters, oyster, sushi, fish market, crab, salmon, ceviche, clams, sashimi"
    ],
    [
      "plant_based",
      "Eats well without meat as a matter of course.",
      "vegan, vegetarian, plant-based, plant based, meatless, shojin, veggie"
    ],
    [
      "sweet_tooth",
      "Dessert, pastry or ice cream is the point.",
      "dessert, pastry, pastries, ice cream, gelato, cake, croissant, chocolate, doughnut, donut, churros, mochi, wagashi"
    ],
    [
      "adventurous_eats",
      "Puts something on the plate one has not eaten before.",
      "adventurous, unusual, offal, insects, chapulines, fermented, nose to tail, experimental, fugu, escamoles"
    ],
    [
      "farm_to_table",
      "Knows its growers and cooks with the season.",
      "farm to table, farm-to-table, seasonal menu, local produce, farmers market, foraged, locally sourced, organic"
    ]
  ]),
  ...group("drink_and_night", [
    [
      "specialty_coffee",
      "Takes coffee seriously, from bean to cup.",
      "coffee, espresso, roaster, roastery, pour over, pour-over, latte, single origin, kissaten, barista"
    ],
    [
      "tea_ritual",
      "Tea is made with care and drunk slowly.",
      "tea house, teahouse, matcha, tea ceremony, afternoon tea, oolong, tea room"
    ],
    [
      "craft_beer",
      "Beer with a maker's name on it.",
      "craft beer, brewery, taproom, ipa, brewpub, on tap, microbrewery, beer garden"
    ],
    [
      "wine",
      "The list of bottles is a reason to come.",
      "wine bar, natural wine, sommelier, winery, by the glass, pinot, wine list, wine shop"
    ],
    [
      "cocktails",
      "Drinks are mixed by somebody who cares.",
      "cocktail, cocktails, mixology, bartender, mezcal, mezcaleria, whisky bar, martini, negroni"
    ],
    [
      "dive_bar",
      "Cheap drinks, no pretence, good jukebox.",
      "dive bar, dive, jukebox, cheap beer, pool table, cantina, cash only bar, no frills bar"
    ],
    [
      "late_night",
      "Still alive after midnight.",
      "late night, late-night, after midnight, open late, 24 hours, after hours, 2am, until dawn"
    ],
    ["dancing", "People move, and nobody minds how.", "dance, dancing, dj, club, salsa, dance floor, techno, cumbia"]
  ]),
  ...group("nature", [
    [
      "waterfront",
      "Beside a sea, lake, river or canal.",
      "waterfront, lakeside, riverside, pier, harbor, harbour, canal, by the water, ferry, dock"
    ],
    [
      "green_space",
      "Grass and trees enough to forget the street.",
      "park, green space, lawn, trees, picnic, meadow, greenery, forest"
    ],
    [
      "scenic_view",
      "One stops and looks: skyline, mountain, valley.",
      "view, views, viewpoint, skyline, panorama, panoramic, overlook, observation deck, vista, rooftop"
    ],
    ["hiking", "Walked on a path, with shoes for it.", "hike, hiking, trail, trailhead, loop trail, summit, bluff"],
    [
      "wildlife",
      "Animals or birds, seen close.",
      "wildlife, birds, birding, seals, salmon run, zoo, aquarium, otters, deer, axolotl"
    ],
    [
      "gardens",
      "Plants arranged by somebody with an idea.",
      "garden, gardens, botanical, conservatory, roses, cherry blossom, arboretum, bonsai"
    ],
    [
      "beach_day",
      "Sand or pebbles, and time to lie on them.",
      "beach, swim, swimming, sand, sunbathe, shore, tide pools, bonfire"
    ],
    [
      "golden_hour",
      "At its best while the sun goes down.",
      "sunset, golden hour, dusk, sundown, evening light, sunrise"
    ]
  ]),
  ...group("culture", [
    [
      "contemporary_art",
      "Work by people who are alive or nearly.",
      "contemporary art, modern art, installation, gallery opening, street art, mural, murals, artist-run"
    ],
    [
      "fine_art",
      "Paintings, sculpture and prints of older hands.",
      "fine art, old masters, paintings, sculpture, art museum, ukiyo-e, woodblock, muralist, collection"
    ],
    [
      "history",
      "Tells what happened here.",
      "history, historic, heritage, archaeological, ruins, memorial, colonial, edo, aztec, museum of"
    ],
    [
      "architecture",
      "The building itself is worth the way.",
      "architecture, architect, building, facade, modernist, brutalist, art deco, skyscraper, design"
    ],
    [
      "live_music",
      "Somebody plays, in the room, tonight.",
      "live music, jazz, concert, gig, band, bands, mariachi, venue, indie rock, vinyl night"
    ],
    [
      "performing_arts",
      "Theatre, dance, comedy or film, watched together.",
      "theatre, theater, comedy, improv, opera, ballet, kabuki, cinema, film, lucha libre, drag show"
    ],
    [
      "literary",
      "Books, readings and the people who love them.",
      "bookstore, bookshop, books, library, poetry, reading room, literary, zines, independent bookstore"
    ],
    [
      "spiritual",
      "A place of faith or of stillness that faith made.",
      "temple, shrine, church, cathedral, chapel, prayer, sacred, basilica, mosque, synagogue"
    ]
  ]),
  ...group("activity", [
    [
      "strolling",
      "The walk is the plan.",
      "stroll, strolling, wander, wandering, promenade, walk around, self-guided walk, alleys, side streets"
    ],
    [
      "active",
      "Makes the heart beat: on a bike, a wall, a court, a kayak.",
      "kayak, climbing, bike, cycling, run, skating, paddle, surf, workout, ice rink, bouldering"
    ],
    [
      "hands_on",
      "One makes something and takes it home, or at least tries.",
      "workshop, class, hands-on, hands on, pottery, cooking class, make your own, studio, lesson"
    ],
    [
      "people_watching",
      "Sit, and let the city walk by.",
      "people watching, people-watching, plaza, square, terrace, sidewalk seating, bench, zocalo"
    ],
    [
      "browsing",
      "Look at many things, buy one.",
      "shop, shops, shopping, boutique, browse, market, stalls, flea market, department store"
    ],
    [
      "vintage",
      "Things that had another owner.",
      "vintage, thrift, antique, antiques, second-hand, secondhand, records, record store, retro clothing"
    ],
    [
      "wellness",
      "One leaves it softer than one came.",
      "spa, sauna, onsen, sento, massage, yoga, bathhouse, hot spring, temazcal, float"
    ],
    [
      "handmade",
      "Made here, by hand, by people who know how.",
      "handmade, artisan, artisanal, craft, crafts, ceramics, textiles, woodwork, knife maker, letterpress, glassblowing"
    ]
  ]),
  ...group("occasion", [
    [
      "solo_friendly",
      "One alone is a guest, not an empty chair.",
      "solo, alone, by myself, counter seat, counter seating, bar seating, single diner"
    ],
    ["date_night", "Makes an evening for two easy.", "date night, date spot, first date, dinner for two, couples"],
    [
      "family_friendly",
      "Children are expected and have something to do.",
      "kids, family-friendly, family friendly, children, stroller, playground, toddlers, all ages"
    ],
    [
      "group_friendly",
      "Six people fit and share.",
      "group, groups, big table, long tables, communal, share plates, sharing plates, large party"
    ],
    [
      "budget_friendly",
      "Good for little money, or free.",
      "cheap, affordable, free entry, free admission, inexpensive, bargain, great value, happy hour, budget"
    ],
    [
      "splurge",
      "Costs a lot and knows why.",
      "splurge, expensive but worth, worth every penny, luxury, high-end, pricey, special occasion, upscale"
    ],
    ["rainy_day", "Better when it rains outside.", "rainy day, rain, indoors, indoor, escape the rain, bad weather"],
    [
      "quick_stop",
      "Half an hour is enough.",
      "quick bite, quick stop, grab and go, grab-and-go, to go, takeaway, takeout, counter service, pop in"
    ]
  ])
]
