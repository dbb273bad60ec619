/** Signs in with a password, or with the code of a link. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { auth } from "../me.js";
import { messageOf } from "../notices.js";
import { style } from "../style.js";

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
  if (code && await signIn(auth.signIn(code))) return;
  root.append(
    h(
      "section",
      { class: "sign-in", "aria-labelledby": "sign-in" },
      h("h1", { id: "sign-in" }, "Sign in"),
      error,
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

/** The address in `next`, if it is one of this page. */
function destination() {
  const given = new URLSearchParams(location.search).get("next") ?? "/";
  const url = new URL(given, location.origin);
  return url.origin === location.origin && url.pathname !== location.pathname ? url.href : "/";
}
