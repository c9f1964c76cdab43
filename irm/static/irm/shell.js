/* What the shell does when scripts run. Every page works without this file. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* private window: nothing is kept */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
  };

  // Theme: one cookie, read by the server, so that no page flashes in the wrong colours.
  const root = document.documentElement;
  const cookie = document.cookie.match(/(?:^|; )theme=(light|dark)/);
  if (cookie) root.dataset.theme = cookie[1];
  const showTheme = () => all("[data-theme-choice]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (root.dataset.theme || "system"))));
  const chooseTheme = (choice) => {
    const age = choice === "system" ? 0 : 31536000;
    document.cookie = `theme=${choice};path=/;max-age=${age};samesite=lax`;
    if (choice === "system") delete root.dataset.theme; else root.dataset.theme = choice;
    showTheme();
  };
  all("[data-needs-script]").forEach((element) => { element.hidden = false; });
  showTheme();

  // Copy buttons
  const copy = async (button) => {
    const source = document.querySelector(button.dataset.copy);
    const text = "value" in source ? source.value : source.textContent.trim();
    const label = button.querySelector("[data-label]") || button;
    const words = label.textContent;
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      label.textContent = "Selected: press Ctrl C";
    }
    setTimeout(() => { label.textContent = words; }, 2500);
  };

  // Menus: Escape and a click elsewhere close them.
  const closeMenus = (except) => all("details.menu[open]").forEach((menu) => {
    if (!except || !menu.contains(except)) menu.open = false;
  });
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const choice = event.target.closest("[data-theme-choice]");
    if (choice) chooseTheme(choice.dataset.themeChoice);
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement.closest("details.menu[open]");
    closeMenus();
    if (menu) menu.querySelector("summary").focus();
  });

  // Drafts: what is typed is kept on this device until the server has it.
  const draftKey = (form) => `draft:${form.dataset.draft}`;
  // A form may ask to be kept whole; one that the server has answered already shows what was sent to it.
  const written = "textarea[name], input[type=text][name]";
  const choices = "select[name], input[type=date][name], input[type=time][name], input[type=datetime-local][name]";
  const isAnswered = (form) => "draftAnswered" in form.dataset;
  const draftFields = (form) => all("draftWhole" in form.dataset ? `${written}, ${choices}` : written, form);
  const original = (field) => {
    if (!field.options) return field.defaultValue;
    return ([...field.options].find((option) => option.defaultSelected) || field.options[0] || { value: "" }).value;
  };
  const keepDraft = (form, sent) => {
    const typed = draftFields(form).filter((field) => isAnswered(form) || field.value !== original(field))
      .map((field) => [field.name, field.value]);
    if (typed.length) store.set(draftKey(form), JSON.stringify({ typed, sent }));
    else store.drop(draftKey(form));
  };
  const bringBack = (form) => {
    const kept = JSON.parse(store.get(draftKey(form)) || "null");
    if (!kept) return;
    kept.typed.forEach(([name, value]) => {
      const field = draftFields(form).find((one) => one.name === name);
      if (field && field.value === original(field)) field.value = value;
    });
    all("[data-draft-note]", form).forEach((note) => { note.hidden = false; });
  };
  const settleDrafts = () => {
    const visit = performance.getEntriesByType("navigation")[0];
    // A post that was redirected here has arrived, unless we were sent to log in first.
    const arrived = visit && visit.redirectCount > 0 && !document.querySelector("[data-log-in]");
    let keys = [];
    try { keys = Object.keys(localStorage).filter((key) => key.startsWith("draft:")); } catch { return; }
    keys.forEach((key) => {
      const kept = JSON.parse(store.get(key));
      if (!kept.sent) return;
      if (arrived) store.drop(key); else store.set(key, JSON.stringify({ typed: kept.typed }));
    });
    all("form[data-draft]").filter((form) => !isAnswered(form)).forEach(bringBack);
  };
  settleDrafts();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-draft]");
    if (form) keepDraft(form, false);
  });

  // One press, one post.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    if (form.dataset.draft) keepDraft(form, true);
    setTimeout(() => release(form), 10000);
  });
  const release = (form) => {
    delete form.dataset.sending;
    all("[aria-disabled=true]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  };
  addEventListener("pageshow", (event) => { if (event.persisted) all("form[data-sending]").forEach(release); });

  // Live regions: <section data-live hx-get=... hx-trigger="every 5s, refresh">.
  const status = document.querySelector("[data-live-status]");
  const SHOWN = { "": "live,", connection: "connection lost, shown as of", login: "logged out, shown as of" };
  const SAID = {
    "": "Connected again.",
    connection: "Connection lost. This page is not up to date.",
    login: "You are logged out. This page is not up to date. Log in to go on.",
  };
  let heardAt = Date.now();
  let lost = "";  // "connection", "login" or nothing
  let isForeign = false;  // the answer was not ours: a proxy's own page, for instance
  const since = () => {
    const seconds = Math.round((Date.now() - heardAt) / 1000);
    return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  };
  const showLive = () => {
    if (!status || !(lost || document.querySelector("[data-live]"))) return;
    status.hidden = false;
    status.classList.toggle("lost", lost !== "");
    status.querySelector("[data-live-words]").textContent = `${SHOWN[lost]} ${since()} ago`;
    status.querySelector("[data-live-log-in]").hidden = lost !== "login";
  };
  const hear = (what) => {
    if (!what) heardAt = Date.now();
    if (what !== lost) {
      lost = what;
      const said = document.querySelector("[data-live-said]");
      if (said) said.textContent = SAID[lost];
    }
    showLive();
  };
  const isLive = (event) => event.detail.elt && event.detail.elt.closest("[data-live]");
  const shown = new Map();  // what each region showed last, by its id
  const withoutToken = (html) => html.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
  const isBusy = (region) => document.querySelector("main details.menu[open]") ||
    (region.contains(document.activeElement) && document.activeElement.matches("textarea, input, select"));
  // Where the keyboard is and what is unfolded, said so that it can be found again in new markup.
  const place = (element) => {
    if (element.id) return `#${CSS.escape(element.id)}`;
    if (element.matches("a[href]")) return `a[href="${CSS.escape(element.getAttribute("href"))}"]`;
    return element.form ? `form[action="${CSS.escape(element.form.getAttribute("action"))}"] button` : null;
  };
  const unfolded = (region) => all("details[open] > summary", region).map((summary) => summary.textContent.trim());
  let before = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const region = isLive(event);
    if (!region || event.detail.requestConfig.verb !== "get" || !event.detail.shouldSwap) return;
    const answer = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    isForeign = !answer.getElementById(region.id);
    if (isForeign) {
      event.detail.shouldSwap = false;
      return;
    }
    const html = withoutToken(event.detail.serverResponse);
    if (isBusy(region) || shown.get(region.id) === html) {
      event.detail.shouldSwap = false;
      return;
    }
    shown.set(region.id, html);
    const focused = region.contains(document.activeElement) ? place(document.activeElement) : null;
    before = { id: region.id, focused, open: unfolded(region) };
  });
  document.addEventListener("htmx:afterSettle", () => {
    const region = before && document.getElementById(before.id);
    if (!region) return;
    all("details > summary", region).forEach((summary) => {
      if (before.open.includes(summary.textContent.trim())) summary.parentElement.open = true;
    });
    const target = before.focused && region.querySelector(before.focused);
    if (target && document.activeElement === document.body) target.focus({ preventScroll: true });
    before = null;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr.status === 401) hear("login");
    else if (isLive(event) || lost === "login") hear(event.detail.successful && !isForeign ? "" : "connection");
    isForeign = false;
    const form = event.detail.elt.closest("form");
    if (form) release(form);
    // The form itself was sent; a preview of one of its fields leaves the draft alone.
    if (event.detail.elt === form && form.dataset.draft && event.detail.successful) store.drop(draftKey(form));
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && window.htmx) all("[data-live]").forEach((region) => window.htmx.trigger(region, "refresh"));
  });
  setInterval(showLive, 1000);
  showLive();
})();
