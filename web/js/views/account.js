/** One's own sessions and tokens. */

import { auditLog } from "../account/audit-log.js";
import { browserName } from "../account/browser-name.js";
import { groupsSection } from "../account/groups.js";
import { passwordSection } from "../account/password.js";
import { scopesInWords } from "../account/scopes.js";
import { h } from "../dom.js";
import { auth, me } from "../me.js";
import { announce, failure, messageOf, toast } from "../notices.js";
import { style } from "../style.js";
import { visible } from "../text.js";

/** @import { Child } from "../elements.d.ts" */
/** @import { Context } from "../router.js" */
/** @import { SessionPublic, TokenPublic } from "../api.d.ts" */

/**
 * @param {HTMLElement} root
 * @param {Context} context
 */
export async function open(root, { signal }) {
  await style("account.css");
  const sessions = h("tbody", {});
  const tokens = h("tbody", {});
  const listed = table("Token", tokens);
  const none = h("p", { class: "soft", hidden: true }, "No program has a token of yours.");
  const secret = h("output", { class: "new-token" });
  const name = h("input", { name: "name", required: true, maxLength: 255, autocomplete: "off" });

  const refresh = async () => {
    const [own, programs] = await Promise.all([auth.sessions({ signal }), auth.tokens({ signal })]);
    sessions.replaceChildren(...own.items.map((session) => sessionRow(session, act)));
    tokens.replaceChildren(...programs.items.map((token) => tokenRow(token, act)));
    listed.hidden = programs.items.length === 0;
    none.hidden = !listed.hidden;
  };
  /** @param {() => Promise<unknown>} change */
  const act = async (change) => {
    try {
      await change();
      await refresh();
    } catch (error) {
      if (!signal.aborted) toast(messageOf(error));
    }
  };
  const create = (/** @type {Event} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    act(async () => {
      const created = await auth.createToken({ name: name.value });
      secret.replaceChildren("Copy it now, it is not shown again: ", h("code", {}, created.token));
      announce("The token was created.");
      form.reset(); // unlike an empty value, it is not invalid
    });
  };

  root.append(
    h("header", { class: "account-head" }, h("h1", {}, me.name ?? "Account"), signOutButton()),
    h(
      "section",
      { class: "account", "aria-labelledby": "sessions" },
      h("h2", { id: "sessions" }, "My sessions"),
      table("Browser", sessions),
    ),
    h(
      "section",
      { class: "account", "aria-labelledby": "tokens" },
      h("h2", { id: "tokens" }, "My tokens"),
      h(
        "form",
        { class: "token-form", onsubmit: create },
        h("label", {}, h("span", {}, "What it is for"), name),
        h("button", { class: "primary" }, "Create a token"),
      ),
      secret,
      none,
      listed,
    ),
  );
  try {
    const [own] = await Promise.all([auth.me({ signal }), refresh()]);
    const password = passwordSection(own);
    if (password && !signal.aborted) root.append(password);
    if (!signal.aborted && own.method !== "none" && own.permissions.includes("admin")) {
      root.append(groupsSection(signal));
    }
    if (!signal.aborted && me.audits) root.append(auditLog(signal));
  } catch (error) {
    if (!signal.aborted) root.append(failure(error, () => act(async () => {})));
  }
}

function signOutButton() {
  const leave = async () => {
    await auth.signOut();
    dispatchEvent(new CustomEvent("signedout", { detail: "left" }));
  };
  return h("button", { type: "button", onclick: leave }, "Sign out");
}

/**
 * @param {string} what
 * @param {HTMLElement} body
 */
function table(what, body) {
  const heads = [what, "Last used", "Ends", "Action"].map((text) => h("th", { scope: "col" }, text));
  return h("div", { class: "scroller" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), body));
}

/**
 * @param {SessionPublic} session
 * @param {(change: () => Promise<unknown>) => void} act
 */
function sessionRow(session, act) {
  const end = () => act(() => auth.endSession(session.session_id));
  const label = `${browserName(session.agent)}${session.is_current ? " (this one)" : ""}`;
  const name = h("span", { title: visible(session.agent) }, label);
  return row(name, label, session.last_seen_at, session.expires_at, "End", end);
}

/**
 * @param {TokenPublic} token
 * @param {(change: () => Promise<unknown>) => void} act
 */
function tokenRow(token, act) {
  const revoke = () => act(() => auth.revokeToken(token.token_id));
  const shown = visible(token.name);
  const where = token.project_id &&
    [" In ", h("a", { href: `/projects/${token.project_id}` }, "one project"), " only."];
  const name = [
    h("bdi", {}, shown),
    h("span", { class: "soft token-scopes" }, scopesInWords(token.scopes), where),
  ];
  return row(name, shown, token.last_used_at, token.expires_at, "Revoke", revoke);
}

/**
 * @param {Child} name
 * @param {string} label the same, as a text
 * @param {string | null} used
 * @param {string} ends
 * @param {string} what
 * @param {() => void} onclick
 */
function row(name, label, used, ends, what, onclick) {
  /** @param {string | null} moment */
  const when = (moment) => moment ? h("time-ago", { datetime: moment }) : "never";
  return h(
    "tr",
    {},
    h("td", {}, name),
    h("td", {}, when(used)),
    h("td", {}, when(ends)),
    h("td", {}, h("button", { type: "button", "aria-label": `${what} ${label}`, onclick }, what)),
  );
}
