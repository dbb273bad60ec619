// Not a module: it runs before the first paint, so that neither a chosen theme nor the frame of the page flashes.
if (location.pathname === "/sign-in") document.documentElement.dataset.signedOut = "";
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the page follows the system.
}
