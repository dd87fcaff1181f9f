/** Names in Latin letters, as far as letters alone can tell: kana, Hangul, Cyrillic and Greek. Chinese characters stay. */

const KANA_ROWS: ReadonlyArray<readonly [kana: string, latin: string]> = [
  ["あいうえお", "a i u e o"],
  ["かきくけこ", "ka ki ku ke ko"],
  ["がぎぐげご", "ga gi gu ge go"],
  ["さしすせそ", "sa shi su se so"],
  ["ざじずぜぞ", "za ji zu ze zo"],
  ["たちつてと", "ta chi tsu te to"],
  ["だぢづでど", "da ji zu de do"],
  ["なにぬねの", "na ni nu ne no"],
  ["はひふへほ", "ha hi fu he ho"],
  ["ばびぶべぼ", "ba bi bu be bo"],
  ["ぱぴぷぺぽ", "pa pi pu pe po"],
  ["まみむめも", "ma mi mu me mo"],
  ["やゆよ", "ya yu yo"],
  ["らりるれろ", "ra ri ru re ro"],
  ["わをんゔ", "wa o n vu"]
]
const KANA = new Map(
  KANA_ROWS.flatMap(([kana, latin]) => {
    const sounds = latin.split(" ")
    return [...kana].map((sign, i) => [sign, sounds[i]!] as const)
  })
)
const SMALL_Y: Readonly<Record<string, string>> = { ゃ: "a", ゅ: "u", ょ: "o" }
/** Small vowels take the place of the one before: fu and a small e are fe. */
const SMALL_VOWEL: Readonly<Record<string, string>> = { ぁ: "a", ぃ: "i", ぅ: "u", ぇ: "e", ぉ: "o" }

const hiragana = (sign: string): string => {
  const code = sign.codePointAt(0)!
  return code >= 0x30a1 && code <= 0x30f6 ? String.fromCodePoint(code - 0x60) : sign
}

const romaji = (text: string): string => {
  let out = ""
  let doubled = false
  for (const one of text) {
    const sign = hiragana(one)
    const vowel = SMALL_Y[sign]
    if (sign === "っ") doubled = true
    else if (sign === "ー") continue
    else if (SMALL_VOWEL[sign] !== undefined) out = out.replace(/[aiueo]$/, "") + SMALL_VOWEL[sign]
    else if (vowel !== undefined) out = out.replace(/(sh|ch|j)i$/, "$1").replace(/([^shchj])i$/, "$1y") + vowel
    else {
      const sound = KANA.get(sign)
      out += doubled && sound !== undefined ? sound[0]! + sound : (sound ?? sign)
      doubled = false
    }
  }
  return out
}

const INITIALS = "g kk n d tt r m b pp s ss - j jj ch k t p h".split(" ")
const VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(" ")
const FINALS = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ")
const FIRST_SYLLABLE = 0xac00

const hangul = (text: string): string =>
  text.replace(/[\uac00-\ud7a3]/g, (syllable) => {
    const at = syllable.charCodeAt(0) - FIRST_SYLLABLE
    const parts = [INITIALS[Math.floor(at / 588)]!, VOWELS[Math.floor((at % 588) / 28)]!, FINALS[at % 28]!]
    return parts.filter((part) => part !== "-").join("")
  })

const pairs = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(" ").map((pair) => [pair[0]!, pair.slice(1)] as const))

const LETTERS = new Map([
  ...pairs(
    "аa бb вv гg дd еe ёyo жzh зz иi йy кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь эe юyu яya іi їyi єye ґg"
  ),
  ...pairs("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo")
])

/** A text in small letters, what can be romanised in Latin ones. */
export const romanise = (text: string): string => {
  const plain = text.normalize("NFKC").toLowerCase()
  const spoken = hangul(romaji(plain))
  // Accents go, but not those that make another letter of a Cyrillic one.
  const letters = [...spoken].map((letter) => LETTERS.get(letter) ?? LETTERS.get(letter.normalize("NFD")[0]!) ?? letter)
  return letters
    .join("")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ß/g, "ss")
    .replace(/æ/g, "ae")
    .replace(/ø/g, "o")
    .replace(/ł/g, "l")
    .replace(/đ/g, "d")
}

export const hasLatin = (text: string): boolean => /[a-z]{2}/.test(text)
