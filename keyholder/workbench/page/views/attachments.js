/** A report's photos and files: what is here, and pictures after a click. Nothing is fetched from elsewhere. */

import { element, fillWith } from "../element.js";
import { shown } from "../hidden.js";
import { counted } from "../words.js";

/**
 * @typedef {object} Attachment as the interface has it
 * @property {number} number from 1
 * @property {number} size bytes
 * @property {string} state "held", or a code
 * @property {string} told the state in words
 * @property {string | null} kind in words, of what is held
 * @property {string | null} picture the media type of what may be shown
 */

/** What an <img> may be made of: nothing with scripts, links or text in it. */
const SHOWN = new Set(["image/jpeg", "image/png", "image/webp"]);

/**
 * @param {any} told the report
 * @param {import("../desk.js").Desk} desk
 * @param {AbortSignal} left when it fires, pictures are let go of
 * @returns {HTMLElement | null}
 */
export function showAttachments(told, desk, left) {
  /** @type {Attachment[]} */
  const found = told.attachments ?? [];
  if (found.length === 0) return null;
  const start = told.id.slice(0, 8);
  return element(
    "section",
    {},
    element("h3", {}, counted(found.length, "attachment")),
    element(
      "ul",
      { class: "attachments" },
      found.map((one) => row(told.id, one, desk, left)),
    ),
    element(
      "p",
      { class: "soft" },
      "Nothing is fetched from here. ",
      element("code", {}, `keyholder attachments ${start} --fetch`),
      " brings what is missing, and then the service knows that you want it. ",
      element("code", {}, `keyholder attachments ${start} --save FOLDER`),
      " writes files for other programs: open those on another machine.",
    ),
  );
}

/**
 * @param {string} id of the report
 * @param {Attachment} one
 * @param {import("../desk.js").Desk} desk
 * @param {AbortSignal} left
 */
function row(id, one, desk, left) {
  const place = element("div", {});
  const type = one.picture !== null && SHOWN.has(one.picture) ? one.picture : null;
  const words = one.kind ?? "Kind not known";
  const button =
    type !== null &&
    element(
      "button",
      { type: "button", "aria-expanded": "false", onclick: toggle },
      `Show picture ${one.number}`,
    );
  let open = false;

  async function toggle() {
    if (!button || type === null) return;
    open = !open;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = `${open ? "Hide" : "Show"} picture ${one.number}`;
    fillWith(place);
    if (!open) return;
    try {
      const bytes = await desk.api.getBytes(`/api/pictures/${id}/${one.number}`, left);
      if (open) showPicture(bytes, type);
    } catch (error) {
      desk.fail(error);
    }
  }

  /**
   * @param {ArrayBuffer} bytes
   * @param {string} type
   */
  function showPicture(bytes, type) {
    const address = URL.createObjectURL(new Blob([bytes], { type }));
    const letGo = () => URL.revokeObjectURL(address);
    left.addEventListener("abort", letGo, { once: true });
    const picture = element("img", {
      src: address,
      alt: `Attachment ${one.number} of report ${id}, a ${words} of ${counted(one.size, "byte")} that a stranger sent`,
      onload: letGo,
      onerror: () => {
        letGo();
        fillWith(place, element("p", {}, "The browser cannot read this picture."));
      },
    });
    fillWith(place, picture);
  }

  return element(
    "li",
    {},
    element(
      "p",
      {},
      `${one.number}. ${words}, ${counted(one.size, "byte")}: `,
      element("span", { class: "soft" }, shown(one.told)),
    ),
    button,
    place,
  );
}
