/** Signs in at an identity provider, with a password, or with the code of a link. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { auth } from "../me.js";
import { messageOf } from "../notices.js";
import { style } from "../style.js";
import { visible } from "../text.js";

/** Why the identity provider signed nobody in: `SignInProblem` in api/auth/oidc/errors.py has the same words. */
const PROBLEMS = {
  expired: "This sign-in has expired, or began in another browser. Try again.",
  refused: "The identity provider did not sign you in.",
  unavailable: "The identity provider is unavailable. Try again later.",
  invalid: "The answer of the identity provider is not valid. An administrator finds the reason in the log.",
  disabled: "This account is disabled.",
  too_many: "There were too many attempts. Try again in a minute.",
};

/** Why somebody is here who was signed in. */
const WHY = {
  ended: "Your session has ended. Sign in, and you are back where you were.",
  left: "You are signed out.",
};

/** @param {HTMLElement} root */
export async function open(root) {
  await style("account.css");
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  // The code is good once: neither the history nor a copied address may keep it.
  if (code) history.replaceState(null, "", location.pathname + location.search);
  const error = h("p", { class: "notice", role: "alert", dataset: { tone: "bad" }, hidden: true });
  const fail = (/** @type {string} */ text) => {
    error.hidden = false;
    error.replaceChildren(text);
  };
  /** @param {Promise<unknown>} attempt */
  const signIn = async (attempt) => {
    error.hidden = true;
    try {
      await attempt;
      location.replace(destination());
      return true;
    } catch (problem) {
      fail(messageOf(problem));
      return false;
    }
  };
  // Another site may send a person here with the link of somebody else.
  const already = code ? await auth.me().catch(() => null) : null;
  if (code && already) return root.append(choice(already.name, () => signIn(auth.signIn(code)), error));
  const why = WHY[/** @type {keyof typeof WHY} */ (new URLSearchParams(location.search).get("why") ?? "")];
  if (code && await signIn(auth.signIn(code))) return;
  const problem = new URLSearchParams(location.search).get("problem") ?? "";
  if (Object.hasOwn(PROBLEMS, problem)) fail(PROBLEMS[/** @type {keyof typeof PROBLEMS} */ (problem)]);
  const provider = h("p", {});
  root.append(
    h(
      "section",
      { class: "sign-in", "aria-labelledby": "sign-in" },
      h("img", { class: "sign-in-mark", src: "/web/mark.svg", alt: "", width: 32, height: 32 }),
      h("h1", { id: "sign-in" }, "Sign in to BotArmy"),
      why && h("p", { class: "notice", role: "status" }, why),
      error,
      provider,
      passwordForm(signIn),
      h(
        "p",
        { class: "faint" },
        "Without a password: in a terminal on the machine where BotArmy runs, ",
        h("code", {}, "botarmy open"),
        " opens this page, signed in. On another machine, ask an administrator.",
      ),
    ),
  );
  const methods = await auth.methods();
  if (!methods.provider) return;
  const address = `/auth/oidc?next=${encodeURIComponent(destination())}`;
  const leave = () => location.assign(address);
  provider.append(h("button", { type: "button", onclick: leave }, `Sign in at ${methods.provider}`));
}

/**
 * @param {string} name who is signed in
 * @param {() => Promise<boolean>} useLink
 * @param {HTMLElement} error
 */
function choice(name, useLink, error) {
  const stay = h("button", { class: "primary", onclick: () => location.replace(destination()) }, "Stay signed in");
  const onclick = async () => {
    if (!await useLink()) use.remove(); // it is good once
  };
  const use = h("button", { onclick }, "Use the link");
  return h(
    "section",
    { class: "sign-in", "aria-labelledby": "sign-in" },
    h("h1", { id: "sign-in" }, "You are signed in as ", h("bdi", {}, visible(name))),
    error,
    h("p", {}, "This link signs you out, and in as the person for whom it was made: you, or somebody else."),
    h("p", { class: "buttons sign-in-choice" }, stay, use),
  );
}

/** @param {(attempt: Promise<unknown>) => Promise<boolean>} signIn */
function passwordForm(signIn) {
  const name = field("Name", h("input", { required: true, autocomplete: "username", maxLength: 255 }));
  const password = field(
    "Password",
    h("input", { type: "password", required: true, autocomplete: "current-password", maxLength: 256 }),
  );
  const button = h("button", { class: "primary" }, "Sign in");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    button.disabled = true;
    if (!await signIn(auth.logIn({ login: name.input.value, password: password.input.value }))) {
      button.disabled = false;
      password.input.value = "";
      password.input.focus();
    }
  };
  return h("form", { class: "sign-in-form", onsubmit: submit }, name.element, password.element, button);
}

/** The path in `next`, if it is one of this page. */
function destination() {
  const given = new URLSearchParams(location.search).get("next") ?? "/";
  const url = new URL(given, location.origin);
  const isOurs = url.origin === location.origin && url.pathname !== location.pathname && !/^[/]{2}/.test(url.pathname);
  return isOurs ? url.pathname + url.search + url.hash : "/";
}
