/* The timeline of a schedule: where it is scrolled to, and choosing a span to add an override there. All works without. */
(() => {
  "use strict";
  // A preview begins with what it is about, a little of what comes before beside it.
  document.querySelectorAll(".gantt[data-focus]").forEach((box) => {
    const scale = box.scrollWidth / box.querySelector("svg").viewBox.baseVal.width;
    box.scrollLeft = scale * box.dataset.focus - box.clientWidth / 4;
  });

  const canvas = document.querySelector("[data-pick]");
  if (!canvas) return;
  const panel = document.querySelector(".picking");
  const button = panel.querySelector("[data-pick-start]");
  const said = panel.querySelector("[data-pick-said]");
  const hint = said.textContent;
  const svg = canvas.querySelector("svg");
  const row = canvas.querySelector(".final-row");
  const { width, height } = svg.viewBox.baseVal;
  const [from, until, now] = ["from", "until", "now"].map((name) => Number(canvas.dataset[name]) * 1000);
  const MINUTE = 60000, DAY = 1440 * MINUTE, FREE = 9;  // FREE: half of what lies between two rows
  const step = Number(canvas.dataset.step) * MINUTE;
  const left = Number(canvas.dataset.left);
  const earliest = Math.max(from, from + Math.floor((now - from) / step) * step);

  // The form reads times in the person's own zone, which need not be that of the browser.
  const timeZone = canvas.dataset.zone;
  let local, spoken;
  try {
    local = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    spoken = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  } catch { /* a zone that this browser does not know */ }
  if (!local || until <= now) {
    panel.remove();
    return;
  }

  const picker = document.createElement("div");
  const picked = document.createElement("div");
  picker.className = "picker";
  picked.className = "picked";
  picked.hidden = picker.hidden = true;
  picker.tabIndex = 0;
  picker.setAttribute("role", "application");
  picker.setAttribute("aria-label", "Span of the new override. Arrow keys move it, Shift and arrow keys make it longer or shorter, Page Up and Page Down move it by a day, Enter opens the form, Escape leaves.");
  picker.append(picked);
  canvas.append(picker);
  const share = (part, whole) => `${(100 * part) / whole}%`;
  const [y, tall] = [Number(row.dataset.y) - FREE, Number(row.dataset.height) + 2 * FREE];
  Object.assign(picker.style, { left: share(left, width), right: "0", top: share(y, height), height: share(tall, height) });
  row.classList.add("can-pick");

  let span = null;  // [start, end] in ms
  let drag = null;  // { pointer, start, x }
  const within = (instant) => Math.min(Math.max(instant, earliest), until);
  const snapped = (instant) => within(from + Math.round((instant - from) / step) * step);
  const instantAt = (x) => {
    const box = picker.hidden ? svg.getBoundingClientRect() : picker.getBoundingClientRect();
    const start = picker.hidden ? box.left + (box.width * left) / width : box.left;
    return from + ((x - start) / (box.right - start)) * (until - from);
  };
  const length = (ms) => {
    const [hours, minutes] = [Math.floor(ms / (60 * MINUTE)), (ms / MINUTE) % 60];
    return [hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean).join(" ");
  };
  const show = (wanted, more = "") => {
    span = wanted;
    picked.hidden = !span;
    if (!span) {
      said.textContent = hint;
      return;
    }
    picker.hidden = false;
    Object.assign(picked.style, { left: share(span[0] - from, until - from), width: share(span[1] - span[0], until - from) });
    said.textContent = `${spoken.format(span[0])} to ${spoken.format(span[1])} in ${timeZone}, ${length(span[1] - span[0])}. ${more}`;
  };
  const isSelecting = () => button.getAttribute("aria-pressed") === "true";
  const select = (on) => {
    button.setAttribute("aria-pressed", String(on));
    canvas.classList.toggle("is-selecting", on);
    picker.hidden = !on;
    if (!on) {
      show(null);
      return;
    }
    const start = snapped(Math.max(now, from));
    show([Math.min(start, until - step), within(start + Math.max(4 * step, 60 * MINUTE))], "Drag, or use the arrow keys; Enter opens the form.");
    picker.focus({ preventScroll: true });
    picked.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const open = () => {
    const [starts, ends] = span.map((instant) => local.format(instant).replace(" ", "T"));
    location.assign(`${canvas.dataset.pick}?${new URLSearchParams({ starts_at: starts, ends_at: ends })}`);
  };

  button.addEventListener("click", () => select(!isSelecting()));

  // With a mouse at once; with a finger only after the button, so that the timeline can still be scrolled.
  canvas.addEventListener("pointerdown", (event) => {
    const isOnRow = event.target.closest(".final-row, .picker");
    if (!isOnRow || event.button !== 0 || (event.pointerType !== "mouse" && !isSelecting())) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    drag = { pointer: event.pointerId, start: instantAt(event.clientX), x: event.clientX };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer || Math.abs(event.clientX - drag.x) < 4) return;
    const edges = [drag.start, instantAt(event.clientX)].sort((one, other) => one - other).map(snapped);
    show(edges[0] < edges[1] ? edges : [Math.min(edges[0], until - step), within(edges[0] + step)], "Let go to open the form.");
    drag.hasMoved = true;
  });
  const drop = (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { hasMoved } = drag;
    drag = null;
    if (hasMoved && event.type === "pointerup") open();
    else if (hasMoved) select(false);
  };
  canvas.addEventListener("pointerup", drop);
  canvas.addEventListener("pointercancel", drop);

  const moved = (by) => {
    const far = Math.min(Math.max(by, earliest - span[0]), until - span[1]);
    return [span[0] + far, span[1] + far];
  };
  const resized = (by) => [span[0], Math.min(Math.max(span[1] + by, span[0] + step), until)];
  const KEYS = {
    ArrowLeft: (shift) => (shift ? resized(-step) : moved(-step)),
    ArrowRight: (shift) => (shift ? resized(step) : moved(step)),
    PageUp: (shift) => (shift ? resized(-DAY) : moved(-DAY)),
    PageDown: (shift) => (shift ? resized(DAY) : moved(DAY)),
    Home: () => moved(earliest - span[0]),
    End: () => moved(until - span[1]),
  };
  picker.addEventListener("keydown", (event) => {
    if (!span || event.altKey || event.ctrlKey || event.metaKey) return;
    if (KEYS[event.key]) {
      event.preventDefault();
      show(KEYS[event.key](event.shiftKey));
      picked.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(drag || isSelecting())) return;
    const had = picker.contains(document.activeElement);
    drag = null;
    select(false);
    if (had) button.focus();
  });
  addEventListener("pageshow", () => { drag = null; select(false); });
})();
