/** The tab of who has which role in a project. Its administrators change them. */

import { h, write } from "../dom.js";
import { auth, me, people } from "../me.js";
import { failure } from "../notices.js";
import { acting } from "../people/acting.js";
import { chosenName, personSelect } from "../people/person-select.js";
import { joined, visible } from "../text.js";
import { groupsInProject } from "./groups-in-project.js";

/** @import { AccessRole, MemberPublic, MePublic } from "../api.d.ts" */

/** The roles that a member may have, and what each may do. @type {[role: AccessRole, may: string][]} */
const MEANINGS = [
  ["viewer", "reads everything in the project"],
  ["operator", "reads, and starts, pauses and cancels work"],
  ["approver", "reads, and decides reviews"],
  ["admin", "runs the project, and changes its members and its budget; decides no review by that"],
];
const ROLES = MEANINGS.map(([role]) => role);

/**
 * @param {string} projectId
 * @param {AbortSignal} signal
 */
export function membersTab(projectId, signal) {
  const rows = h("tbody", {});
  const none = h("p", { class: "soft" }, "Nobody has a role in this project only.");
  const adding = h("div", {});
  const mine = h("p", { class: "my-roles" });
  const problem = h("div", {});
  const heads = ["Member", ...ROLES, "Action"].map((text) => h("th", { scope: "col" }, text));
  const groups = groupsInProject(projectId, ROLES, signal);
  const act = acting(refresh, signal);
  const table = h("table", { class: "members" }, h("thead", {}, h("tr", {}, ...heads)), rows);

  async function refresh() {
    try {
      const [own, members] = await Promise.all([auth.me({ signal }), people.members(projectId, { signal })]);
      const mayChange = own.scopes.includes("admin") &&
        [...own.roles, ...(own.projects[projectId] ?? [])].includes("admin");
      write(mine, rolesInWords(own, projectId));
      rows.replaceChildren(...members.items.map((member) => row(member, mayChange)));
      none.hidden = members.items.length > 0;
      table.hidden = !none.hidden;
      problem.replaceChildren();
      await groups.update(mayChange);
      if (mayChange) adding.replaceChildren(await addForm(members.items));
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(failure(error, refresh));
    }
  }

  /**
   * @param {MemberPublic} member
   * @param {boolean} mayChange
   */
  function row({ principal_id, name, roles }, mayChange) {
    const shown = visible(name);
    const boxes = ROLES.map((role) => {
      const onchange = () => {
        const chosen = boxes.filter((box) => box.checked).map((box) => /** @type {AccessRole} */ (box.value));
        act(() => people.setMember(projectId, principal_id, { roles: chosen }), `The roles of ${shown} were changed.`);
      };
      const checked = roles.includes(role);
      // The last one stays: a member without a role is removed instead.
      const disabled = !mayChange || (checked && roles.length === 1);
      return h("input", {
        type: "checkbox",
        value: role,
        checked,
        disabled,
        onchange,
        "aria-label": `${shown}: ${role}`,
      });
    });
    const remove = () => act(() => people.removeMember(projectId, principal_id), `${shown} was removed.`);
    return h(
      "tr",
      {},
      h("th", { scope: "row", dir: "auto" }, shown),
      ...boxes.map((box) => h("td", {}, box)),
      h(
        "td",
        {},
        mayChange && h("button", { type: "button", "aria-label": `Remove ${shown}`, onclick: remove }, "Remove"),
      ),
    );
  }

  /** @param {MemberPublic[]} members */
  async function addForm(members) {
    if (!me.may("read")) {
      return h("p", { class: "soft" }, "Somebody who may read all projects adds members; you may change their roles.");
    }
    const person = personSelect((await people.list({ signal })).items, members);
    if (!person) {
      return h(
        "p",
        { class: "soft" },
        "Everybody has a role here. ",
        h("code", {}, "botarmy people add"),
        " adds people.",
      );
    }
    const role = h("select", {}, ...ROLES.map((value) => h("option", { value }, value)));
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      const roles = [/** @type {AccessRole} */ (role.value)];
      act(() => people.setMember(projectId, person.value, { roles }), `${chosenName(person)} was added.`);
    };
    return h(
      "form",
      { class: "member-form", onsubmit },
      h("label", {}, h("span", {}, "Person"), person),
      h("label", {}, h("span", {}, "Role"), role),
      h("button", { class: "primary" }, "Add"),
    );
  }

  refresh();
  return h(
    "section",
    { class: "members-tab", "aria-labelledby": "members-heading" },
    h("h2", { id: "members-heading" }, "Members"),
    mine,
    h(
      "dl",
      { class: "role-meanings" },
      MEANINGS.map(([role, may]) => h("div", {}, h("dt", {}, role), h("dd", {}, may))),
    ),
    h("p", { class: "soft" }, "People with a role in all projects are not listed."),
    h("div", { class: "scroller", tabindex: 0, role: "group", "aria-labelledby": "members-heading" }, table),
    none,
    adding,
    groups.element,
    problem,
  );
}

/**
 * "Ana, you are operator in this project, and viewer in all projects."
 * @param {MePublic} own
 * @param {string} projectId
 */
function rolesInWords({ method, name, roles, projects }, projectId) {
  if (method === "none") return "Nobody signs in here: everybody may do everything.";
  const parts = [
    projects[projectId]?.length && `${joined(projects[projectId])} in this project`,
    roles.length && `${joined(roles)} in all projects`,
  ].filter(Boolean);
  return `${visible(name)}, you are ${parts.join(", and ")}.`;
}
