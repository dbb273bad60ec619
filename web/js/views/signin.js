/** Signs in with the code of a link, or says how to get one. */

import { h } from "../dom.js";
import { auth } from "../me.js";
import { empty, messageOf } from "../notices.js";

/** @param {HTMLElement} root */
export async function open(root) {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  // The code is good once: neither the history nor a copied address may keep it.
  if (code) history.replaceState(null, "", location.pathname + location.search);
  let explanation = "This page shows projects to people who are signed in.";
  if (code) {
    try {
      await auth.signIn(code);
      location.replace(destination());
      return;
    } catch (error) {
      explanation = messageOf(error);
    }
  }
  root.append(
    h("h1", { class: "visually-hidden" }, "Sign in"),
    empty(
      "search",
      "Sign in",
      explanation,
      h(
        "p",
        {},
        "In a terminal on the machine where BotArmy runs, type ",
        h("code", {}, "botarmy open"),
        ". It opens this page, signed in. On another machine, ask an administrator for a link.",
      ),
    ),
  );
}

/** The address in `next`, if it is one of this page. */
function destination() {
  const given = new URLSearchParams(location.search).get("next") ?? "/";
  const url = new URL(given, location.origin);
  return url.origin === location.origin && url.pathname !== location.pathname ? url.href : "/";
}
