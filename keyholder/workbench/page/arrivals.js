/** New reports: says that some came, has them shown, and asks for more when a person wants it. */

import { element, fillWith, find } from "./element.js";
import { counted } from "./words.js";

/**
 * @param {object} given
 * @param {import("./api.js").Api} given.api
 * @param {import("./desk.js").State} given.state as the page began with it
 * @param {() => (() => void) | null} given.renew shows what came; what it gives does so where that
 *   would lose the person's place
 * @param {(error: unknown) => void} given.fail
 * @param {() => void} given.onAsked the state is worth looking at
 */
export function createArrivals({ api, state, renew, fail, onAsked }) {
  const news = find("news");
  const progress = find("fetching");
  const outcome = find("outcome");
  const button = find("fetch");
  let known = state.news;
  let told = JSON.stringify(state.fetching);
  let running = Boolean(state.fetching?.running);

  button.hidden = false;
  button.addEventListener("click", ask);
  press(running);

  async function ask() {
    if (running) return;
    press(true);
    fillWith(outcome);
    news.textContent = "";
    progress.textContent = "Asking the service …";
    try {
      await api.post("/api/sync");
      told = "asked";
    } catch (error) {
      press(false);
      progress.textContent = "";
      fail(error);
    }
    onAsked();
  }

  /** @param {boolean} now */
  function press(now) {
    running = now;
    // Not `disabled`: that would take the focus away from who pressed it.
    button.setAttribute("aria-disabled", String(now));
  }

  /** @param {import("./desk.js").State} now */
  function follow(now) {
    const said = tellNews(now.news);
    const { fetching } = now;
    const telling = JSON.stringify(fetching);
    if (!fetching || telling === told) return;
    told = telling;
    press(fetching.running);
    if (fetching.running) {
      progress.textContent =
        fetching.came > 0
          ? `${counted(fetching.came, "envelope")} so far …`
          : "Asking the service …";
      return;
    }
    progress.textContent = "";
    const bad = fetching.lines.find(({ warns }) => warns);
    if (!said) news.textContent = bad ? "Not all is well: see below." : "Nothing new.";
    showOutcome(fetching);
  }

  /** @param {import("./desk.js").State["news"]} now */
  function tellNews(now) {
    if (now.times === known.times) return false;
    const parts = [
      [now.reports - known.reports, "new report", "new reports"],
      [now.changed - known.changed, "report has more to it", "reports have more to them"],
      [now.records - known.records, "remark of a holder", "remarks of holders"],
    ];
    known = now;
    const words = parts
      .filter(([number]) => Number(number) > 0)
      .map(([number, one, many]) => counted(Number(number), String(one), String(many)));
    const show = renew();
    fillWith(
      news,
      words.join(", ") || "What could not be opened was looked at again.",
      show && words.length > 0 && " ",
      show && words.length > 0 && showing(show),
    );
    return words.length > 0;
  }

  /** @param {() => void} show */
  function showing(show) {
    return element(
      "button",
      {
        type: "button",
        onclick: () => {
          news.textContent = "";
          show();
        },
      },
      "Show",
    );
  }

  /** @param {import("./desk.js").Fetching} fetching */
  function showOutcome(fetching) {
    fillWith(
      outcome,
      element(
        "div",
        { class: fetching.lines.some(({ warns }) => warns) ? "warning" : "" },
        element(
          "ul",
          { "aria-label": "What the fetching came to" },
          fetching.lines.map(({ text }) => element("li", {}, text)),
        ),
        element(
          "button",
          {
            type: "button",
            onclick: () => {
              fillWith(outcome);
              button.focus();
            },
          },
          "Close",
        ),
      ),
    );
  }

  return { follow };
}

/** @typedef {ReturnType<typeof createArrivals>} Arrivals */
