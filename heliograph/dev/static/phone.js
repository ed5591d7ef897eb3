// The phone simulator's page. What is typed lives in this page's memory until it is left;
// nothing is put into storage of any kind.

import { countTexts } from "/dev/phone/count.js";

const element = (id) => document.getElementById(id);
const screen = element("screen");
const status = element("status");
const number = element("number");
const PLAIN =
  "Your phone company, the SMS provider and the gateway can read a plain text. " +
  "What is stored, only keyholders can read.";
const SEALED =
  "A sealed text: your phone company sees that it was sent and by whom, but cannot read it.";

// A USSD session: the code dialled, a name for it, and all answers typed so far.
let session = null;

function inventNumber() {
  const digits = crypto.getRandomValues(new Uint32Array(1))[0] % 10_000_000;
  number.value = "+999" + String(digits).padStart(7, "0");
}

function show(kind, who, words) {
  const bubble = document.createElement("p");
  bubble.className = "bubble " + kind;
  const name = document.createElement("span");
  name.className = "who";
  name.textContent = who;
  const text = document.createElement("span");
  text.dir = "auto";
  text.textContent = words;
  bubble.append(name, text);
  screen.append(bubble);
  screen.scrollTop = screen.scrollHeight;
}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
    });
  } catch {
    throw new Error("The service does not answer. Is `make run` still running?");
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail || problem.title || "The service refused this (" + answer.status + ").");
  }
  return answer.json();
}

async function during(form, work) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((button) => (button.disabled = true));
  status.textContent = "Sending…";
  try {
    await work();
    status.textContent = "";
  } catch (error) {
    status.textContent = error.message;
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

function lineIsReady() {
  if (number.reportValidity()) return true;
  status.textContent = "The number must begin with + and hold 7 to 15 digits.";
  return false;
}

function describeText() {
  const { characters, texts } = countTexts(element("text").value);
  element("text-count").textContent =
    characters + (characters === 1 ? " character" : " characters") +
    (texts > 1 ? ", carried as " + texts + " texts" : "");
  element("text-reader").textContent = element("text").value.startsWith(":") ? SEALED : PLAIN;
}

element("text").addEventListener("input", describeText);

element("text-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!lineIsReady()) return;
  const text = element("text").value;
  during(event.target, async () => {
    const answer = await post("/dev/phone/text", {
      provider: element("provider").value,
      number: number.value,
      text,
    });
    show("mine", "You", text);
    answer.replies.forEach((reply) => show("theirs", "Reply", reply));
    if (answer.replies.length === 0) show("note", "", "Delivered. No reply came back.");
    element("text").value = "";
    describeText();
  });
});

function setSession(next) {
  session = next;
  element("dial-form").hidden = next !== null;
  element("answer-form").hidden = next === null;
  element(next === null ? "code" : "answer").focus();
}

async function turn(next) {
  const answer = await post("/dev/phone/dial", next);
  show("theirs", answer.open ? "Menu" : "Menu, call ended", answer.screen);
  setSession(answer.open ? next : null);
}

element("dial-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!lineIsReady()) return;
  const code = element("code").value;
  during(event.target, async () => {
    show("mine", "You dial", code);
    await turn({ number: number.value, code, session: crypto.randomUUID(), inputs: [] });
  });
});

element("answer-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const answer = element("answer").value;
  during(event.target, async () => {
    show("mine", "You", answer);
    element("answer").value = "";
    await turn({ ...session, inputs: [...session.inputs, answer] });
  });
});

element("hang-up").addEventListener("click", () => {
  during(element("answer-form"), async () => {
    const left = session;
    setSession(null);
    show("note", "", "You hung up. What you answered so far is a report all the same.");
    await post("/dev/phone/hang-up", left);
  });
});

const tabs = [element("tab-text"), element("tab-dial")];

function choose(tab) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    element(each.getAttribute("aria-controls")).hidden = !chosen;
  }
  status.textContent = "";
}

tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabs[1 - index];
    choose(other);
    other.focus();
  });
});

element("new-number").addEventListener("click", inventNumber);
element("clear").addEventListener("click", () => screen.replaceChildren());

inventNumber();
describeText();
