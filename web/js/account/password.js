/** Changes one's own password; an administrator without one chooses it here. */

import { h } from "../dom.js";
import { field } from "../field.js";
import { auth } from "../me.js";
import { messageOf, toast } from "../notices.js";
import { Problem } from "../rest.js";

/** @import { MePublic } from "../api.d.ts" */

const MIN_LENGTH = 12;

/**
 * The section, or null for those who sign in without a password.
 * @param {MePublic} own
 */
export function passwordSection(own) {
  if (!own.principal_id || own.method !== "session") return null;
  const { principal_id, login, roles } = own;
  if (!login && !roles.includes("admin")) return null;
  const name = field("Name to sign in with", h("input", { required: true, autocomplete: "username", maxLength: 255 }));
  const current = field("Current password", passwordInput("current-password"));
  const chosen = field(
    "New password",
    passwordInput("new-password", MIN_LENGTH),
    `${MIN_LENGTH} characters at least. Your other sessions end.`,
  );
  const first = login ? current : name;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const password = chosen.input.value;
    for (const each of [first, chosen]) each.showError("");
    try {
      if (login) await auth.changePassword({ current: current.input.value, password });
      else await auth.setAccount(principal_id, { login: name.input.value, password });
      form.reset(); // unlike an empty value, it is not invalid
      toast("The password was changed.");
    } catch (error) {
      const about = error instanceof Problem ? error.about("password") : "";
      (about ? chosen : first).showError(about || messageOf(error));
    }
  };
  return h(
    "section",
    { class: "account", "aria-labelledby": "password" },
    h("h2", { id: "password" }, "My password"),
    h(
      "form",
      { class: "sign-in-form", onsubmit: submit },
      first.element,
      chosen.element,
      h("button", { class: "primary" }, "Change the password"),
    ),
  );
}

/**
 * @param {string} autocomplete
 * @param {number} [minLength]
 */
function passwordInput(autocomplete, minLength) {
  return h("input", {
    type: "password",
    required: true,
    autocomplete,
    maxLength: 256,
    ...(minLength && { minLength }),
  });
}
