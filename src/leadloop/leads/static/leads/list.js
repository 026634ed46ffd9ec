// The lead list by keyboard and in place: j k Enter x e, choosing many, editing cells.
(() => {
  "use strict";
  const table = document.querySelector("[data-lead-table]");
  const keys = document.getElementById("keys");
  const bar = document.getElementById("chosen");
  const everything = bar?.elements.all;
  const rows = () => [...(table?.tBodies[0].rows ?? [])].filter((row) => !row.matches(".log-row"));
  let place = -1;

  function goTo(index) {
    const all = rows();
    if (!all.length) return;
    all[place]?.removeAttribute("aria-current");
    place = Math.max(0, Math.min(all.length - 1, index));
    all[place].setAttribute("aria-current", "true");
    all[place].scrollIntoView({ block: "nearest" });
    all[place].querySelector("a")?.focus({ preventScroll: true });
  }

  // Choosing
  const boxes = () => rows().map((row) => row.querySelector(".pick input"));

  function count() {
    if (!bar) return;
    const chosen = boxes().filter((box) => box.checked).length;
    const all = !everything.disabled;
    bar.hidden = !chosen;
    bar.querySelector("[data-chosen]").textContent = all ? "∞" : String(chosen);
    if (all) bar.querySelector("[data-chosen]").textContent = bar.querySelector("[data-choose-all]").textContent.replace(/[^\d+,]/g, "");
    const page = table.querySelector("[data-choose-page]");
    page.checked = chosen === rows().length;
    page.indeterminate = chosen > 0 && !page.checked;
  }

  function choose(box, on) {
    box.checked = on;
    if (!on) all(false);
  }

  function all(on) {
    everything.disabled = !on;
    bar.querySelector("[data-choose-all]").setAttribute("aria-pressed", String(on));
    bar.querySelector("[data-choose-all]").classList.toggle("btn-on", on);
  }

  function choosePage(on) {
    boxes().forEach((box) => choose(box, on));
    count();
  }

  table?.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-page]")) choosePage(event.target.checked);
    if (event.target.matches(".pick input")) {
      choose(event.target, event.target.checked);
      count();
    }
  });

  bar?.addEventListener("submit", (event) => event.preventDefault());
  bar?.addEventListener("click", (event) => {
    if (event.target.closest("[data-choose-none]")) choosePage(false);
    if (event.target.closest("[data-choose-all]")) {
      const on = everything.disabled;
      if (on) boxes().forEach((box) => { box.checked = true; });
      all(on);
      count();
    }
    const taken = event.target.closest("[data-export]");
    if (taken) exportChosen(taken.dataset.export);
  });

  function exportChosen(address) {
    const asked = new URLSearchParams(bar.elements.question.value);
    if (everything.disabled) boxes().filter((box) => box.checked).forEach((box) => asked.append("lead", box.value));
    location.href = `${address}?${asked}`;
  }

  // Cells
  function addressOf(cell) {
    return `/lead-cells/${cell.closest("tr").dataset.lead}/${cell.dataset.cell}/`;
  }

  function edit(cell) {
    if (cell.querySelector(".cell-form")) return;
    close();
    htmx.ajax("GET", addressOf(cell), { target: cell, swap: "innerHTML" });
  }

  function close(except) {
    document.querySelectorAll("td:has(.cell-form)").forEach((cell) => {
      if (cell !== except) htmx.ajax("GET", `${addressOf(cell)}?show=1`, { target: cell, swap: "innerHTML" });
    });
  }

  table?.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-cell]");
    if (cell && !event.target.closest("a, form")) edit(cell);
  });

  table?.addEventListener("change", (event) => {
    if (event.target.matches("select[data-now]")) event.target.form.requestSubmit();
  });

  table?.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td:has(.cell-form)");
    if (!cell) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      cell.closest("tr").querySelector("a")?.focus();
    }
    if (event.key === "Tab" && !event.target.matches("button")) {
      const cells = [...cell.closest("tr").querySelectorAll("td[data-cell]")];
      const next = cells[cells.indexOf(cell) + (event.shiftKey ? -1 : 1)];
      if (next) {
        event.preventDefault();
        edit(next);
      }
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const control = table?.querySelector(".cell-form [name=value]");
    if (control && !document.querySelector("dialog[open]") && document.activeElement !== control) {
      control.focus();
      control.select?.();
    }
  });

  // Logging in place: the form opens in a row of its own below the lead's.
  function log(row) {
    closeLog();
    const below = document.createElement("tr");
    const cell = below.insertCell();
    const panel = document.createElement("div");
    below.className = "log-row";
    cell.colSpan = row.cells.length;
    panel.dataset.panel = "";
    cell.append(panel);
    row.after(below);
    goTo(rows().indexOf(row));
    htmx.ajax("GET", `${row.dataset.url}follow-ups/new/?from=list`, { source: panel, target: panel, swap: "innerHTML" });
  }

  function closeLog() {
    const open = table?.querySelector(".log-row");
    const row = open?.previousElementSibling;
    open?.remove();
    row?.querySelector("a")?.focus({ preventScroll: true });
    return Boolean(open);
  }

  table?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-log-row]");
    if (button) log(button.closest("tr"));
    if (event.target.closest("[data-close-panel]")) {
      event.preventDefault();
      closeLog();
    }
  });

  // Not everybody logs for every lead: the note says why, and nothing stays open.
  document.addEventListener("leadloop:note", () => {
    if (table?.querySelector(".log-row [data-panel]:empty")) closeLog();
  });

  // What was recorded is read, then the row goes.
  document.addEventListener("followed-up", () => setTimeout(() => {
    if (table?.querySelector(".log-row [data-followup-saved]")) closeLog();
  }, 2500));

  // Keys
  const DO = {
    j: () => goTo(place + 1),
    k: () => goTo(place - 1),
    Enter: () => rows()[place]?.querySelector("a")?.click(),
    x: () => {
      const box = boxes()[place];
      if (box) {
        choose(box, !box.checked);
        count();
      }
    },
    e: () => {
      const cell = rows()[place]?.querySelector("td[data-cell]");
      if (cell) edit(cell);
    },
    l: () => {
      if (rows()[place]?.querySelector("[data-log-row]")) log(rows()[place]);
    },
    A: () => choosePage(true),
    f: () => document.querySelector(".list-bar a.chip[data-hx-get]")?.click(),
    "/": () => document.querySelector("[data-list-search]")?.focus(),
    "?": () => keys?.showModal(),
    Escape: () => closeLog() || choosePage(false),
  };

  // Before the page's own "/", which opens the palette.
  document.addEventListener("keydown", (event) => {
    const inPanel = event.target.closest?.("[data-panel]");
    if (inPanel && event.key === "Escape") closeLog();
    // The form has keys of its own.
    if (inPanel) return;
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (place < 0 || event.target.closest?.("a, button"))) return;
    const act = DO[event.key];
    if (!act || (!table && !["/", "?", "f"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, true);

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) keys.showModal();
    if (event.target === keys) keys.close();
  });
  count();
})();
