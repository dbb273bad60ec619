/** What an API knows a call again by. Not `crypto.randomUUID`, which is there over HTTPS and on localhost only. */

export const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
