/**
 * Which part of a log is shown. Pure: no DOM, no calls. Every wanted event from number `from` to number `to` is in
 * `items`, in order; at most `limit` are, so that what comes in at one end drops out at the other.
 */
export class FeedWindow {
  items = [];
  from = 1;
  to = 0;

  constructor(limit) {
    this.limit = limit;
  }

  /** Begin anew with the wanted ones of the events from number `from` to number `to`, the newest `most` of them. */
  reset(items, from, to, most = this.limit) {
    this.items = items.slice(-most);
    this.to = to;
    this.from = items.length > most ? this.items[0].seq : from;
  }

  /** Add the wanted ones of the events after `to`, up to the new `to`; gives how many dropped out at the old end. */
  newer(items, to) {
    this.items.push(...items);
    this.to = to;
    const out = Math.max(0, this.items.length - this.limit);
    if (out) {
      this.items.splice(0, out);
      this.from = this.items[0].seq;
    }
    return out;
  }

  /** Add the wanted ones of those before `from`, down to the new `from`; gives how many dropped out at the new end. */
  older(items, from) {
    this.items.unshift(...items);
    this.from = from;
    const out = Math.max(0, this.items.length - this.limit);
    if (out) {
      this.items.length = this.limit;
      this.to = this.items.at(-1).seq;
    }
    return out;
  }
}
