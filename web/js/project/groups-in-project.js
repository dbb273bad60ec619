/** The groups with roles in a project. Its administrators change them. */

import { h } from "../dom.js";
import { title } from "../labels.js";
import { groups } from "../me.js";
import { acting } from "../people/acting.js";
import { visible } from "../text.js";

/** @import { AccessRole, GroupInProjectPublic } from "../api.d.ts" */

/**
 * The list of groups, and the form that sets a role of one. `update(mayChange)` reads it again.
 * @param {string} projectId
 * @param {AccessRole[]} roles that a member may have
 * @param {AbortSignal} signal
 */
export function groupsInProject(projectId, roles, signal) {
  const list = h("ul", { class: "member-groups" });
  const adding = h("div", {});
  let mayChange = false;
  let painted = "";
  const act = acting(() => update(mayChange), signal);

  /** @param {GroupInProjectPublic} group */
  function row({ name, roles: held, members }) {
    const shown = visible(name);
    const remove = () => act(() => groups.takeRoles(projectId, name), `${shown} was removed.`);
    return h(
      "li",
      {},
      h("strong", { dir: "auto" }, shown),
      ` (${members === 1 ? "1 member" : `${members} members`}): ${held.join(", ")} `,
      mayChange && h("button", { type: "button", "aria-label": `Remove ${shown}`, onclick: remove }, "Remove"),
    );
  }

  function form() {
    const name = h("input", { required: true, maxLength: 255, autocomplete: "off" });
    const role = h("select", {}, ...roles.map((value) => h("option", { value }, title(value))));
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const given = [/** @type {AccessRole} */ (role.value)];
      act(() => groups.setRoles(projectId, name.value, { roles: given }), `${name.value} was added.`);
    };
    return h(
      "form",
      { class: "member-form", onsubmit },
      h("label", {}, h("span", {}, "Group"), name),
      h("label", {}, h("span", {}, "Access"), role),
      h("button", {}, "Set"),
    );
  }

  /** @param {boolean} may whether who looks at it may change it */
  async function update(may) {
    mayChange = may;
    const { items } = await groups.ofProject(projectId, { signal });
    const key = JSON.stringify([may, items]);
    if (key === painted) return;
    painted = key;
    list.replaceChildren(...items.map(row));
    if (!mayChange) adding.replaceChildren();
    else if (!adding.hasChildNodes()) adding.replaceChildren(form());
  }

  return { element: h("div", { class: "members-tab" }, list, adding), update };
}
