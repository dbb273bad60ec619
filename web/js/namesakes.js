/** Tells people of one name apart. Pure. */

/** @typedef {{ responder: string, principal_id?: string | null }} Named */

/**
 * A function that names the author of one of the decisions: with the end of the id, if several people have the name.
 * @param {Named[]} decisions
 */
export function namesOf(decisions) {
  /** @type {Map<string, Set<string>>} */
  const ids = new Map();
  for (const { responder, principal_id: id } of decisions) {
    ids.set(responder, (ids.get(responder) ?? new Set()).add(id ?? ""));
  }
  return (/** @type {Named} */ { responder, principal_id: id }) =>
    id && (ids.get(responder)?.size ?? 0) > 1 ? `${responder} (${id.slice(-8)})` : responder;
}
