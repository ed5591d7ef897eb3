// How many texts a message takes: GSM 03.38 holds 160 characters (153 a part), UCS-2 70 (67).

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "\f^{}\\[~]|€";

export function countTexts(text) {
  let septets = 0;
  for (const character of text) {
    if (BASIC.includes(character)) septets += 1;
    else if (EXTENDED.includes(character)) septets += 2;
    else return count([...text].length, text.length, 70, 67);
  }
  return count([...text].length, septets, 160, 153);
}

function count(characters, units, single, part) {
  return { characters, texts: units === 0 ? 0 : units <= single ? 1 : Math.ceil(units / part) };
}
