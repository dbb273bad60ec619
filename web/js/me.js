/** Who is signed in. */

import { find, h, onCustom } from "./dom.js";
import { get, post, send } from "./http.js";
import { announce } from "./notices.js";
import { whileSeen } from "./seen.js";

/** @import { AccountUpdate, LogIn, MePublic, NewToken, PasswordUpdate, SessionPublic } from "./api.d.ts" */
/** @import { AuthEventPublic, GroupCreate, GroupInProjectPublic, GroupPublic } from "./api.d.ts" */
/** @import { MemberPublic, MemberUpdate, PersonPublic } from "./api.d.ts" */
/** @import { Permission, SignInMethods, TokenCreate, TokenPublic } from "./api.d.ts" */
/** @import { Options, Page, Query } from "./http.js" */

const AUTH = "/api/v1/auth";

/** The address of the sign-in page, which requests nothing else. */
export const SIGN_IN = "/sign-in";

/** How often it is asked what this person may do, in ms: somebody may have given them a role. */
const INTERVAL = 10_000;

/** Who is signed in, once it is known. @type {MePublic | null} */
let current = null;
let reading = false;

export const me = {
  /** The name under which this person decides, or null if nobody signs in, or until it is known. */
  get name() {
    return current && current.method !== "none" ? current.name : null;
  },
  /** Whether this person reads the audit log: auditors and administrators of all projects do. */
  get audits() {
    return current !== null && !current.project_id &&
      (current.roles.includes("auditor") || current.roles.includes("admin"));
  },
  /** Fulfilled once it is known, or cannot be read. */
  ready: Promise.resolve(),
  /**
   * Whether this person may do something in a project, or in all of them. While that is unknown, it is offered, and the
   * API refuses what it has to.
   * @param {Permission} permission
   * @param {string | null} [project]
   */
  may(permission, project = null) {
    if (!current) return true;
    const { permissions, project_permissions: single } = current;
    return (project !== null && single[project] || permissions).includes(permission);
  },
};

export const auth = {
  /** @type {(options?: Options) => Promise<MePublic>} */
  me: (options) => get(`${AUTH}/me`, options),
  /** @type {(code: string) => Promise<MePublic>} */
  signIn: (code) => post(`${AUTH}/sign-in`, { code }),
  /** @type {() => Promise<SignInMethods>} */
  methods: () => get(`${AUTH}/methods`),
  /** @type {(body: LogIn) => Promise<MePublic>} */
  logIn: (body) => post(`${AUTH}/login`, body),
  /** @param {PasswordUpdate} body */
  changePassword: (body) => send("PUT", `${AUTH}/password`, { body }),
  /** @type {(id: string, body: AccountUpdate) => Promise<Response>} */
  setAccount: (id, body) => send("PUT", `${AUTH}/people/${id}/account`, { body }),
  signOut: () => send("POST", `${AUTH}/sign-out`),
  /** @type {(options?: Options) => Promise<Page<SessionPublic>>} */
  sessions: (options) => get(`${AUTH}/sessions`, options),
  /** @param {string} id */
  endSession: (id) => send("DELETE", `${AUTH}/sessions/${id}`),
  /** @type {(options?: Options) => Promise<Page<TokenPublic>>} */
  tokens: (options) => get(`${AUTH}/tokens`, options),
  /** @type {(body: Partial<TokenCreate>) => Promise<NewToken>} */
  createToken: (body) => post(`${AUTH}/tokens`, body),
  /** @param {string} id */
  revokeToken: (id) => send("DELETE", `${AUTH}/tokens/${id}`),
};

export const people = {
  /** @type {(options?: Options) => Promise<Page<PersonPublic>>} */
  list: (options) => get(`${AUTH}/people`, options),
  /** @type {(id: string, options?: Options) => Promise<Page<MemberPublic>>} */
  members: (id, options) => get(`/api/v1/projects/${id}/members`, options),
  /** @type {(id: string, person: string, body: MemberUpdate) => Promise<Response>} */
  setMember: (id, person, body) => send("PUT", `/api/v1/projects/${id}/members/${person}`, { body }),
  /** @type {(id: string, person: string) => Promise<Response>} */
  removeMember: (id, person) => send("DELETE", `/api/v1/projects/${id}/members/${person}`),
  /** @type {(query: Query, options?: Options) => Promise<Page<AuthEventPublic>>} */
  events: (query, options) => get(`${AUTH}/events`, { query, ...options }),
};

export const groups = {
  /** @type {(options?: Options) => Promise<Page<GroupPublic>>} */
  list: (options) => get(`${AUTH}/groups`, options),
  /** @type {(body: GroupCreate) => Promise<GroupPublic>} */
  create: (body) => post(`${AUTH}/groups`, body),
  /** By a query: no path carries every name. @type {(name: string) => Promise<Response>} */
  remove: (name) => send("DELETE", `${AUTH}/groups`, { query: { name } }),
  /** @type {(group: string, person: string) => Promise<Response>} */
  add: (group, person) => send("PUT", `${AUTH}/groups/${encodeURIComponent(group)}/members/${person}`),
  /** @type {(group: string, person: string) => Promise<Response>} */
  take: (group, person) => send("DELETE", `${AUTH}/groups/${encodeURIComponent(group)}/members/${person}`),
  /** @type {(id: string, options?: Options) => Promise<Page<GroupInProjectPublic>>} */
  ofProject: (id, options) => get(`/api/v1/projects/${id}/groups`, options),
  /** @type {(id: string, group: string, body: MemberUpdate) => Promise<Response>} */
  setRoles: (id, group, body) => send("PUT", `/api/v1/projects/${id}/groups/${encodeURIComponent(group)}`, { body }),
  /** @type {(id: string, group: string) => Promise<Response>} */
  takeRoles: (id, group) => send("DELETE", `/api/v1/projects/${id}/groups/${encodeURIComponent(group)}`),
};

/**
 * Read who is signed in, and go to the sign-in page once nobody is. A `mechange` event tells that it is known, and a
 * `permissionschange` event that what they may do has changed since.
 */
export function startMe() {
  onCustom(window, "signedout", goToSignIn);
  addEventListener("forbidden", () => read()); // it was offered: their roles have changed
  me.ready = read();
  me.ready.then(() => current?.is_exposed && warnOfExposure());
  whileSeen(() => isBusy() || read(), INTERVAL, new AbortController().signal);
}

/** Whether somebody is in the middle of something, which a view that opens again would end. */
const isBusy = () =>
  document.querySelector("dialog[open]") !== null ||
  Boolean(document.activeElement?.matches("input, textarea, select"));

async function read() {
  if (reading) return;
  const before = current;
  reading = true;
  try {
    current = await auth.me();
  } catch {
    return; // the view shows what is wrong
  } finally {
    reading = false;
  }
  const link = find("[data-account]");
  if (me.name !== null) {
    link.hidden = false;
    link.textContent = current.name;
  }
  dispatchEvent(new Event("mechange"));
  if (before && permits(before) !== permits(current)) dispatchEvent(new Event("permissionschange"));
}

/** @param {MePublic} known */
const permits = ({ permissions, project_permissions }) => JSON.stringify([permissions, project_permissions]);

/** It cannot be closed: everybody in the network can do everything. */
function warnOfExposure() {
  const text = "There is no sign-in: everybody who reaches this machine can read, decide and stop everything. " +
    "Set BOTARMY_AUTH=local.";
  find(".bar").after(h("p", { class: "exposed", role: "alert" }, text));
  announce(text);
}

/** @param {"left" | null} [why] "left" if the person has signed out */
function goToSignIn(why) {
  if (location.pathname === SIGN_IN) return;
  if (why === "left") return location.replace(`${SIGN_IN}?why=left`);
  const next = encodeURIComponent(location.pathname + location.search + location.hash);
  location.replace(`${SIGN_IN}?${current ? "why=ended&" : ""}next=${next}`);
}
