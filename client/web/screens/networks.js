/** Which networks work, one by one: what others know least about a shutdown. */

import { choicesOf } from "../asking.js";
import { oneOf } from "../choices.js";
import { element, icon } from "../element.js";

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.networks.title",
  icon: "data",
  hint: "app.networks.hint",
  body: async (app) => {
    const networks = await choicesOf(app, "net", { part: "members", icons: true });
    const levels = await choicesOf(app, "net", { icons: true });
    return networks.map((network) => {
      const id = `net-${network.value}`;
      const group = oneOf(
        { name: id, legend: String(network.label), look: "row", choices: levels },
        app.draft.report.net?.[network.value],
        (level) => {
          const { [network.value]: _, ...others } = app.draft.report.net ?? {};
          app.draft.set("net", level ? { ...others, [network.value]: level } : others);
        },
      );
      group.querySelector("h2")?.prepend(icon(network.value));
      return element("div", { class: "panel" }, group);
    });
  },
};
