/* Mends what the stock admin's scripts leave unnamed. */
addEventListener("load", () => {
  document.querySelectorAll("span.help-tooltip[aria-label]:not([role])").forEach((span) => span.setAttribute("role", "img"));
});
