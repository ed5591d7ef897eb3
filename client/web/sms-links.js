/** Sealed texts as links that open the phone's own program for messages, number and text filled in. */

/**
 * Android wants `?body=` (RFC 5724), iPhones for years took `&body=` alone and now take both. `?&`
 * is read by all of them: an empty field is passed over. Of our texts' characters only the colon is
 * written with a percent sign, so that a program which decodes twice changes nothing.
 *
 * @param {string} number such as "+15550100001"
 * @param {string} text a sealed text: `:`, letters, digits, `-` and `.`
 * @returns {string}
 */
export function linkText(number, text) {
  return `sms:${number.replace(/[^+\d]/g, "")}?&body=${encodeURIComponent(text)}`;
}

/**
 * @param {string} href as `linkText` made it
 * @returns {{number: string, text: string}} what a phone's program reads in it
 */
export function readLink(href) {
  const [path = "", query = ""] = href.slice("sms:".length).split("?");
  return { number: path, text: new URLSearchParams(query).get("body") ?? "" };
}
