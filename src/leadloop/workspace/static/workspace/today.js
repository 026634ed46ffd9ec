// Today by keyboard: one row is current; keys press what the row offers.
(() => {
  "use strict";
  const keys = document.getElementById("keys");
  const REMEMBER = "leadloop.today.row";
  const area = () => document.getElementById("today");
  const rows = () => [...(area()?.querySelectorAll("[data-row]") ?? [])];
  let place = -1;

  function goTo(index, { focus = true } = {}) {
    const all = rows();
    if (!all.length) return;
    all.forEach((row) => row.removeAttribute("aria-current"));
    place = Math.max(0, Math.min(all.length - 1, index));
    const row = all[place];
    row.setAttribute("aria-current", "true");
    sessionStorage.setItem(REMEMBER, row.dataset.row);
    if (!focus) return;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  const current = () => rows()[place];

  function press(selector) {
    const control = current()?.querySelector(selector);
    control?.click();
    return Boolean(control);
  }

  const DO = {
    j: () => goTo(place + 1),
    ArrowDown: () => goTo(place + 1),
    k: () => goTo(place < 0 ? 0 : place - 1),
    ArrowUp: () => goTo(place < 0 ? 0 : place - 1),
    Enter: () => press("[data-open]"),
    o: () => press("[data-open]"),
    l: () => press("[data-log]"),
    p: () => press("[data-postpone]"),
    c: () => press("[data-call]"),
    a: () => press("[data-accept]") || press("[data-act]"),
    r: () => press("[data-return]"),
    n: () => press("[data-nudge]"),
    g: () => press("[data-give]"),
    "?": () => keys?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const panel = event.target.closest?.("[data-panel]");
    if (event.key === "Escape") {
      close(panel ?? area()?.querySelector("[data-panel]:not(:empty)"));
      return;
    }
    // The panel has keys of its own.
    if (panel || event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.key === "Enter" && event.target.closest?.("a, button")) return;
    const act = DO[event.key];
    if (!act || (!rows().length && event.key !== "?")) return;
    event.preventDefault();
    act();
  });

  function close(panel) {
    if (!panel) return;
    const row = panel.closest("[data-row]");
    panel.replaceChildren();
    row?.focus({ preventScroll: true });
  }

  // A click makes its row the current one, so that keys go on from there.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) keys.showModal();
    if (event.target === keys) keys.close();
    if (event.target.closest("[data-close-panel]")) {
      event.preventDefault();
      close(event.target.closest("[data-panel]"));
    }
    const row = event.target.closest("#today [data-row]");
    if (row) goTo(rows().indexOf(row), { focus: false });
    const opener = event.target.closest("#today [data-log]");
    // One panel at a time; what was typed into the other is kept by it.
    if (opener) area().querySelectorAll("[data-panel]:not(:empty)").forEach((one) => one.replaceChildren());
  });

  // The list was asked for anew: stay where one was, or go on to what has moved up.
  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target ?? event.target;
    if (target?.id !== "today" && !target?.matches?.("#today")) return;
    const all = rows();
    const number = sessionStorage.getItem(REMEMBER);
    const found = all.findIndex((row) => row.dataset.row === number);
    if (place >= 0) goTo(found >= 0 ? found : place);
  });

  document.addEventListener("followed-up", () => window.leadloop.note(area().dataset.saved, "success"));

  document.addEventListener("warning-answered", (event) => {
    if (event.detail?.said) window.leadloop.note(event.detail.said, "success");
  });

  // Back from a dialog's reload, or from a lead's page.
  const number = sessionStorage.getItem(REMEMBER);
  const found = number === null ? -1 : rows().findIndex((row) => row.dataset.row === number);
  if (found >= 0) goTo(found, { focus: document.activeElement === document.body });
})();
