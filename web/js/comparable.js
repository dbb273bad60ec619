/** Text compared as people read it, as the API's own search does: in whatever case, however its accents are written. */

/** The text in the form in which it is compared; both sides of a comparison go through it. */
export const comparable = (text) => text.normalize("NFKC").replace(/[Iıİ]/g, "i").toUpperCase().toLowerCase()
  .replaceAll("i\u0307", "i").replaceAll("ς", "σ").replaceAll("ß", "ss");
