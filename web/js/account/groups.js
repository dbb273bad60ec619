/** The groups of the installation, for administrators: who belongs to them, and their roles in projects. */

import { confirmDialog } from "../confirm-dialog.js";
import { h } from "../dom.js";
import { groups, people } from "../me.js";
import { failure } from "../notices.js";
import { acting } from "../people/acting.js";
import { chosenName, personSelect } from "../people/person-select.js";
import { joined, visible } from "../text.js";

/** @import { GroupMemberPublic, GroupPublic, PersonPublic } from "../api.d.ts" */

/** The source of what an administrator said; others are identity providers. */
const HERE = "botarmy";

/** @param {AbortSignal} signal */
export function groupsSection(signal) {
  const list = h("ul", { class: "groups" });
  const none = h("p", { class: "soft", hidden: true }, "There is no group.");
  const problem = h("div", {});
  const name = h("input", { required: true, maxLength: 255, autocomplete: "off" });
  const act = acting(refresh, signal);

  async function refresh() {
    try {
      const [found, everybody] = await Promise.all([groups.list({ signal }), people.list({ signal })]);
      list.replaceChildren(...found.items.map((group) => entry(group, everybody.items)));
      none.hidden = found.items.length > 0;
      problem.replaceChildren();
    } catch (error) {
      if (!signal.aborted) problem.replaceChildren(failure(error, refresh));
    }
  }

  /**
   * @param {GroupPublic} group
   * @param {PersonPublic[]} everybody
   */
  function entry(group, everybody) {
    const shown = visible(group.name);
    const isOurs = group.created_by !== null || group.members.some(({ sources }) => sources.includes(HERE));
    const remove = async () => {
      if (await confirmRemoval(group)) await act(() => groups.remove(group.name), `${shown} was removed.`);
    };
    return h(
      "li",
      {},
      h(
        "header",
        {},
        h("h3", { dir: "auto" }, shown),
        // A group that only an identity provider knows is removed there.
        isOurs && h("button", { type: "button", "aria-label": `Remove ${shown}`, onclick: remove }, "Remove"),
      ),
      h("p", { class: "soft" }, rolesOf(group)),
      group.members.length === 0
        ? h("p", { class: "soft" }, "Nobody belongs to it.")
        : h("ul", {}, group.members.map((member) => memberEntry(group, member))),
      adding(group, everybody),
    );
  }

  /**
   * @param {GroupPublic} group
   * @param {GroupMemberPublic} member
   */
  function memberEntry(group, { principal_id, name, sources }) {
    const [shown, of] = [visible(name), visible(group.name)];
    const take = () => act(() => groups.take(group.name, principal_id), `${shown} was taken out of ${of}.`);
    const others = sources.filter((source) => source !== HERE);
    return h(
      "li",
      {},
      h("bdi", {}, shown),
      others.length > 0 && h("span", { class: "soft" }, ` from ${joined(others.map(visible))}`),
      sources.includes(HERE) &&
        h("button", { type: "button", "aria-label": `Take ${shown} out of ${of}`, onclick: take }, "Take out"),
    );
  }

  /**
   * @param {GroupPublic} group
   * @param {PersonPublic[]} everybody
   */
  function adding(group, everybody) {
    const person = personSelect(everybody, group.members);
    if (!person) return null;
    const of = visible(group.name);
    person.setAttribute("aria-label", `Person for ${of}`);
    const onsubmit = (/** @type {Event} */ event) => {
      event.preventDefault();
      act(() => groups.add(group.name, person.value), `${chosenName(person)} was added to ${of}.`);
    };
    return h(
      "form",
      { class: "member-form", onsubmit },
      h("label", {}, h("span", {}, "Person"), person),
      h("button", { "aria-label": `Add to ${of}` }, "Add"),
    );
  }

  const create = (/** @type {Event} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const given = name.value;
    act(async () => {
      await groups.create({ name: given });
      form.reset();
    }, `${visible(given)} was created.`);
  };

  refresh();
  return h(
    "section",
    { class: "account", "aria-labelledby": "groups" },
    h("h2", { id: "groups" }, "Groups"),
    h(
      "p",
      { class: "soft" },
      "A pipeline may assign its gates to a group. A group may also have roles in a project: see the members of that project.",
    ),
    h(
      "form",
      { class: "token-form", onsubmit: create },
      h("label", {}, h("span", {}, "Name of a new group"), name),
      h("button", { class: "primary" }, "Create a group"),
    ),
    none,
    list,
    problem,
  );
}

/** @param {GroupPublic} group */
function rolesOf({ projects }) {
  if (!projects.length) return "No role in any project.";
  return projects.flatMap(({ project_id, name, roles }, place) => [
    place > 0 && "; ",
    `${joined(roles)} in `,
    h("a", { href: `/projects/${project_id}#tab=members` }, visible(name)),
  ]);
}

/** @param {GroupPublic} group */
const confirmRemoval = ({ name, projects }) =>
  confirmDialog({
    heading: "Remove the group?",
    body: h(
      "div",
      { id: "confirm-body" },
      h("p", { class: "soft cut", dir: "auto" }, visible(name)),
      h("p", {}, `Its members lose its roles${projects.length ? "" : ", of which it has none now"}.`),
      h("p", {}, "Gates that are assigned to it stay so."),
    ),
    keep: "Keep the group",
    confirm: "Remove the group",
  });
