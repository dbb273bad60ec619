/** What the audit log says, as sentences. Pure. */

import { joined, visible } from "../text.js";

/** @import { AuthEventKind, AuthEventPublic } from "../api.d.ts" */

/** @typedef {string | { text: string }} Part of a sentence; `text` was written by a person */

/** How people sign in: `by` of the event. @type {Record<string, string>} */
const WAYS = { link: " with a link", password: " with a password", provider: " at the identity provider" };

/** Whom it was done to, if that one did it. */
const OWN = "themselves";

/** @param {unknown} text */
const written = (text) => ({ text: visible(String(text)) });

/**
 * @param {string[] | undefined} roles
 * @param {Part} whom
 * @returns {Part[]}
 */
const given = (roles, whom) =>
  roles?.length
    ? ["gave ", whom, ` the ${roles.length === 1 ? "role" : "roles"} ${visible(joined(roles))}`]
    : ["took all roles from ", whom];

/** @type {Record<AuthEventKind, (event: AuthEventPublic, whom: Part) => Part[]>} */
const SENTENCES = {
  link_created: (_, whom) => whom === OWN ? ["created a sign-in link"] : ["created a sign-in link for ", whom],
  signed_in: ({ data }) => [`signed in${WAYS[data.by] ?? ""}`],
  sign_in_failed: (
    { name, data },
    whom,
  ) => [`failed to sign in${WAYS[data.by] ?? ""}`, ...(name ? [" as ", whom] : [])],
  session_ended: () => ["ended a session"],
  token_created: ({ data }) => ["created the token “", written(data.name), "”"],
  token_revoked: () => ["revoked a token"],
  person_added: ({ data }, whom) => [
    "added ",
    whom,
    ...(data.roles?.length ? [` as ${visible(joined(data.roles))}`] : []),
  ],
  person_disabled: (_, whom) => ["disabled the account of ", whom],
  person_enabled: (_, whom) => ["enabled the account of ", whom],
  password_set: (_, whom) => whom === OWN ? ["set their password"] : ["set the password of ", whom],
  roles_changed: ({ data }, whom) => given(data.roles, whom),
  project_removed: () => ["removed a project for good"],
  groups_changed: ({ data }, whom) =>
    data.added !== undefined
      ? ["put ", whom, " into the group ", written(data.added)]
      : data.removed !== undefined
      ? ["took ", whom, " out of the group ", written(data.removed)]
      : data.groups?.length
      ? ["set the groups of ", whom, " to ", written(joined(data.groups))]
      : ["took ", whom, " out of all groups"],
  group_created: ({ data }) => ["created the group ", written(data.group)],
  group_removed: ({ data }) => ["removed the group ", written(data.group)],
  group_roles_changed: ({ data }) => given(data.roles, { text: `the group ${visible(String(data.group))}` }),
};

/**
 * What happened, after the name of who did it: "gave Ana the roles operator and approver".
 * @param {AuthEventPublic} event
 * @returns {Part[]}
 */
export function auditSentence(event) {
  const { kind, actor, actor_id: by, principal_id: about, name } = event;
  const isOwn = about !== null && about === by;
  const whom = isOwn ? OWN : name === null ? "somebody" : written(name);
  const compose = /** @type {typeof SENTENCES[AuthEventKind] | undefined} */ (SENTENCES[kind]);
  if (!compose) return [`${kind.replaceAll("_", " ")}: `, written(name ?? actor)];
  return compose(event, whom);
}

/**
 * The projects in which it is valid: null if that is not said of such an event.
 * @param {AuthEventPublic} event
 * @returns {"all" | { project: string } | null}
 */
export function auditScope({ kind, data }) {
  if (typeof data.project_id === "string") return kind === "project_removed" ? null : { project: data.project_id };
  return kind === "roles_changed" || kind === "group_roles_changed" ? "all" : null;
}
