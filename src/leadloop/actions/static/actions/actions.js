// Next actions: cards are dragged to another day or moved by keys; both end in the same dialog or request.
(() => {
  "use strict";
  const board = document.querySelector("[data-actions]");
  const keys = document.getElementById("keys");
  const bar = document.getElementById("chosen");
  const HELD = "actions:at";

  document.addEventListener("click", (event) => {
    const day = event.target.closest("[data-set-day]");
    if (day) {
      const field = document.getElementById(day.dataset.of);
      field.value = day.dataset.setDay;
      field.form.querySelector("[name=reason]")?.focus();
    }
    if (keys && event.target.closest("[data-keys]")) keys.showModal();
    if (keys && event.target === keys) keys.close();
  });
  document.addEventListener("htmx:after:swap", () => {
    // Behind the page's own listener, which goes to the first field: the day is known, the reason is not.
    document.querySelector("#dialog-body .postpone [autofocus]")?.focus();
  });
  if (!board) return;

  const cards = () => [...board.querySelectorAll("[data-action]")];
  const current = () => document.activeElement?.closest?.("[data-action]");

  // The page comes again after each change: the reader stays at the same card, or where it was.
  function hold(card) {
    const at = cards().indexOf(card);
    sessionStorage.setItem(HELD, JSON.stringify({ id: card.id, at, top: scrollY, path: location.pathname + location.search }));
  }

  function resume() {
    const held = JSON.parse(sessionStorage.getItem(HELD) ?? "null");
    sessionStorage.removeItem(HELD);
    if (!held || held.path !== location.pathname + location.search) return;
    scrollTo(0, held.top);
    const all = cards();
    (document.getElementById(held.id) ?? all[Math.min(held.at, all.length - 1)])?.focus({ preventScroll: false });
  }

  // Put off: the dialog asks why. Brought forward: done at once.
  function move(card, day) {
    if (!day || day === card.dataset.day) return;
    hold(card);
    const url = card.dataset.postpone;
    if (day > card.dataset.day) {
      htmx.ajax("GET", `${url}?to=${day}`, { source: "#dialog-body", target: "#dialog-body" });
      return;
    }
    const values = { to: day, clock: card.dataset.clock ?? "" };
    htmx.ajax("POST", url, { source: "#dialog-body", target: "#dialog-body", values });
  }

  function toNeighbour(card, step) {
    const days = [...board.querySelectorAll("[data-cards][data-day]")].map((list) => list.dataset.day);
    const at = days.indexOf(card.dataset.day);
    // From overdue the next day is today; from later the day before is the last one shown.
    const from = at >= 0 ? at : card.dataset.day < days[0] ? -1 : days.length;
    move(card, days[from + step]);
  }

  board.querySelectorAll("[data-cards]").forEach((list) => {
    new Sortable(list, {
      group: { name: "days", put: Boolean(list.dataset.day) }, draggable: "[data-action]", sort: false, animation: 120,
      filter: "a, button, input, .dropdown-menu", preventOnFilter: false, delay: 150, delayOnTouchOnly: true, ghostClass: "act-ghost",
      onMove: ({ to }) => {
        board.querySelectorAll(".act-over").forEach((other) => other.classList.remove("act-over"));
        if (to.dataset.day) to.classList.add("act-over");
      },
      onEnd: ({ item, from, to, oldDraggableIndex }) => {
        board.querySelectorAll(".act-over").forEach((other) => other.classList.remove("act-over"));
        if (from === to) return;
        from.insertBefore(item, from.querySelectorAll(":scope > [data-action]")[oldDraggableIndex] ?? null);
        move(item, to.dataset.day);
      },
    });
  });

  function count() {
    const chosen = document.querySelectorAll('[form="chosen"]:checked').length;
    bar.hidden = !chosen;
    bar.querySelector("[data-chosen]").textContent = chosen;
  }

  function chooseAll(root, on) {
    root.querySelectorAll('[form="chosen"]').forEach((box) => { box.checked = on; });
    count();
  }

  function step(by) {
    const all = cards();
    const at = all.indexOf(current());
    all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  }

  board.addEventListener("change", (event) => { if (event.target.matches('[form="chosen"]')) count(); });
  board.addEventListener("click", (event) => {
    const card = event.target.closest("[data-action]");
    if (card && event.target.closest("[data-done], [data-put-off]")) hold(card);
    if (event.target.closest("[data-choose-overdue]")) chooseAll(event.target.closest("section"), true);
  });
  bar.addEventListener("click", (event) => { if (event.target.closest("[data-choose-none]")) chooseAll(board, false); });

  const DO = {
    j: () => step(1),
    k: () => step(-1),
    "]": (card) => toNeighbour(card, 1),
    "[": (card) => toNeighbour(card, -1),
    d: (card) => card.querySelector("[data-done]").click(),
    p: (card) => card.querySelector("[data-put-off]").click(),
    x: (card) => card.querySelector("[form=chosen]").click(),
    Enter: (card) => card.querySelector("a").click(),
    "?": () => keys.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const act = DO[event.key];
    const card = current();
    if (!act || (act.length && !card) || (event.key === "Enter" && event.target !== card)) return;
    event.preventDefault();
    act(card);
  });

  count();
  resume();
})();
