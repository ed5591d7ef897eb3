/** Since when. */

import { whenGroup } from "../when.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "ussd.since",
  icon: "calendar",
  body: (app) => [whenGroup(app, "since")],
};
