/** The tab of who has which role in a project. Its administrators change them. */

import { h, write } from "../dom.js";
import { title } from "../labels.js";
import { auth, me, people } from "../me.js";
import { failure } from "../notices.js";
import { acting } from "../people/acting.js";
import { chosenName, personSelect } from "../people/person-select.js";
import { Refresher } from "../refresher.js";
import { whileSeen } from "../seen.js";
import { visible } from "../text.js";
import { groupsInProject } from "./groups-in-project.js";
import { roleMeanings, ROLES, rolesInWords } from "./roles.js";

/** @import { AccessRole, MemberPublic } from "../api.d.ts" */
/** @import { Child } from "../elements.d.ts" */

/** How often the members are read again while they are shown, in ms: no project's log tells who they are. */
const INTERVAL = 5_000;

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
  const heads = h("tr", {});
  const groups = groupsInProject(projectId, ROLES, signal);
  const table = h("table", { class: "members" }, h("thead", {}, heads), rows);
  let shown = "";

  async function read() {
    const [own, members] = await Promise.all([auth.me({ signal }), people.members(projectId, { signal })]);
    const mayChange = own.scopes.includes("admin") &&
      [...own.roles, ...(own.projects[projectId] ?? [])].includes("admin");
    problem.replaceChildren();
    await groups.update(mayChange);
    // Painted only if it differs, so that what somebody is about to choose stays chosen.
    const key = JSON.stringify([mayChange, members.items, rolesInWords(own, projectId)]);
    if (key === shown) return;
    const form = mayChange ? await addForm(members.items) : "";
    shown = key;
    write(mine, rolesInWords(own, projectId));
    const columns = ["Member", ...ROLES.map(title), ...(mayChange ? ["Action"] : [])];
    heads.replaceChildren(...columns.map((text) => h("th", { scope: "col" }, text)));
    const focused = rows.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : null;
    rows.replaceChildren(...members.items.map((member) => row(member, mayChange)));
    if (focused) focusOn(focused);
    none.hidden = members.items.length > 0;
    table.hidden = !none.hidden;
    adding.replaceChildren(form);
  }

  /** @param {string} label of an element of the table, which was painted again */
  function focusOn(label) {
    /** @type {HTMLElement | null} */
    const element = rows.querySelector(`[aria-label="${CSS.escape(label)}"]`);
    element?.focus();
  }

  const refresher = new Refresher(read, {
    gap: 0,
    signal,
    failed: (error) => error && problem.replaceChildren(failure(error, () => refresher.hurry())),
  });

  const act = acting(() => {
    shown = ""; // what was checked is not what is, if that was refused
    refresher.hurry();
  }, signal);

  /**
   * @param {MemberPublic} member
   * @param {boolean} mayChange
   */
  function row({ principal_id, name: given, roles }, mayChange) {
    const name = visible(given);
    const boxes = ROLES.map((role) => {
      const onchange = () => {
        const chosen = boxes.filter((box) => box.checked).map((box) => /** @type {AccessRole} */ (box.value));
        act(() => people.setMember(projectId, principal_id, { roles: chosen }), `The roles of ${name} were changed.`);
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
        "aria-label": `${name}: ${role}`,
      });
    });
    const remove = () => act(() => people.removeMember(projectId, principal_id), `${name} was removed.`);
    return h(
      "tr",
      {},
      h("th", { scope: "row", dir: "auto" }, name),
      ...boxes.map((box) => h("td", { class: "member-role" }, h("label", {}, box, h("span", {}, title(box.value))))),
      mayChange &&
        h("td", {}, h("button", { type: "button", "aria-label": `Remove ${name}`, onclick: remove }, "Remove")),
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
    const role = h("select", {}, ...ROLES.map((value) => h("option", { value }, title(value))));
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

  const everywhere = h("p", { class: "soft" }, "People with a role in all projects are not listed.");
  const element = h(
    "section",
    { class: "members-cards", "aria-labelledby": "members-heading" },
    problem,
    card(h("h2", { id: "members-heading" }, "Members"), mine, table, none, adding, everywhere),
    card(h("h2", {}, "Groups"), groups.element),
    card(h("h2", {}, "What the roles may do"), roleMeanings()),
  );
  refresher.ask();
  whileSeen(() => element.checkVisibility() && refresher.ask(), INTERVAL, signal);
  return element;
}

/**
 * @param {Element} heading
 * @param {...Child} content
 */
const card = (heading, ...content) =>
  h("div", { class: "panel" }, h("header", {}, heading), h("div", { class: "panel-body members-tab" }, content));
