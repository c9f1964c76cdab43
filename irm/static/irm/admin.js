/* Mends what the stock admin's scripts leave unnamed, and numbers new steps. */
(() => {
  "use strict";
  const nameSearchIcons = () => document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")
    .forEach((span) => span.setAttribute("role", "img"));
  const nameChoosers = () => document.querySelectorAll("select.select2-hidden-accessible[id]").forEach((select) => {
    const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
    const chooser = select.parentElement.querySelector(".select2-selection");
    if (!label || !chooser) return;
    const box = chooser.getAttribute("role") === "combobox" ? chooser : chooser.querySelector("[role=combobox], input");
    label.id = label.id || `${select.id}_label`;
    const shown = (chooser.getAttribute("aria-labelledby") || "").split(" ").filter((id) => id && id !== label.id);
    chooser.querySelectorAll("[role=textbox], [role=searchbox]").forEach((text) => text.setAttribute("aria-labelledby", label.id));
    (box || chooser).setAttribute("aria-labelledby", [label.id, ...shown].join(" "));
    // The list of what is chosen holds a button to clear it, which no list may: it is no list to a reader.
    chooser.querySelectorAll("ul, ul > li").forEach((element) => element.setAttribute("role", "none"));
  });
  // A new step comes after the others.
  const placeLast = (row) => {
    const position = row.querySelector("input[name$=-position]");
    if (!position || position.value) return;
    const taken = [...document.querySelectorAll("input[name$=-position]")].map((input) => Number(input.value));
    position.value = Math.max(0, ...taken) + 1;
  };
  addEventListener("load", nameSearchIcons);
  if (window.django && window.django.jQuery) {
    window.django.jQuery(nameChoosers);  // after the choosers are made
    window.django.jQuery(document).on("select2:select select2:unselect select2:clear", () => setTimeout(nameChoosers));
  }
  document.addEventListener("formset:added", (event) => {
    placeLast(event.target);
    setTimeout(nameChoosers);
  });
})();
