// What every page has: notes, dialogs, the search palette, better selects. No inline handlers anywhere.
(() => {
  "use strict";
  const toasts = document.getElementById("toasts");
  const dialog = document.getElementById("dialog");
  const dialogBody = document.getElementById("dialog-body");
  const palette = document.getElementById("palette");
  const paletteInput = document.getElementById("palette-input");
  const paletteResults = document.getElementById("palette-results");
  const STAY = 7000;

  function note(text, kind = "info") {
    const box = document.createElement("div");
    box.className = `toast-note toast-${kind}`;
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.className = "bare-button";
    close.type = "button";
    close.dataset.dismiss = "";
    close.setAttribute("aria-label", toasts.dataset.close);
    close.textContent = "×";
    box.append(words, close);
    toasts.append(box);
    leaveLater(box);
  }

  // An error stays until it was read.
  function leaveLater(box) {
    if (!box.classList.contains("toast-error")) setTimeout(() => box.remove(), STAY);
  }

  function openDialog() {
    if (!dialog.open) dialog.showModal();
    dialogBody.querySelector("[autofocus], .is-invalid, input:not([type=hidden]), select, textarea")?.focus();
  }

  function openPalette() {
    if (palette.open) return;
    palette.showModal();
    paletteInput.select();
    document.dispatchEvent(new CustomEvent("palette"));
  }

  function enhance(root) {
    root.querySelectorAll("select[data-pick]:not(.tomselected)").forEach((select) => {
      new TomSelect(select, { maxOptions: 500, allowEmptyOption: true, hidePlaceholder: true });
    });
  }

  // An ordered list of ticked boxes: by drag, and by buttons for keyboards.
  function shift(item, step, button) {
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item);
    else other.after(item);
    button.focus();
  }

  function choose(step) {
    const links = [...paletteResults.querySelectorAll("a")];
    if (!links.length) return;
    const now = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
    const next = (now + step + links.length) % links.length;
    links.forEach((link, index) => link.setAttribute("aria-selected", String(index === next)));
    links[next].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-dismiss], [data-close-dialog], [data-open-search]");
    if (target?.matches("[data-dismiss]")) target.closest(".toast-note").remove();
    if (target?.matches("[data-close-dialog]")) target.closest("dialog").close();
    if (target?.matches("[data-open-search]")) openPalette();
    if (event.target === dialog || event.target === palette) event.target.close();
    const step = event.target.closest("[data-step]");
    if (step) shift(step.closest("li"), Number(step.dataset.step), step);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
    } else if (event.key === "/" && !typing && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      openPalette();
    }
  });

  paletteInput?.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    }
    if (event.key === "Enter") {
      const chosen = paletteResults.querySelector('a[aria-selected="true"]');
      if (chosen) {
        event.preventDefault();
        location.href = chosen.href;
      }
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
    toggleDependents(event.target);
  });

  // A select with data-narrows="id" shows only those options of the other whose data-of is its value.
  function toggleDependents(select) {
    const other = select.dataset?.narrows && document.getElementById(select.dataset.narrows);
    if (!other) return;
    for (const option of other.options) {
      const fits = !option.value || option.dataset.of === select.value;
      option.hidden = option.disabled = !fits;
      if (!fits && option.selected) other.value = "";
    }
  }

  document.addEventListener("htmx:after:swap", (event) => {
    const target = event.detail.ctx?.target ?? event.target;
    if (target === dialogBody) openDialog();
    if (target === paletteResults) choose(1);
    if (target instanceof Element) ready(target);
  });
  document.addEventListener("htmx:error", () => note(toasts.dataset.failed, "error"));
  document.addEventListener("leadloop:note", (event) => note(event.detail.text, event.detail.kind));

  function ready(root) {
    enhance(root);
    if (window.Sortable) {
      root.querySelectorAll("[data-sortable]").forEach((list) => new Sortable(list, { handle: "[data-grip]", animation: 120 }));
    }
    root.querySelectorAll("[data-narrows]").forEach(toggleDependents);
  }

  document.querySelectorAll(".toast-note").forEach(leaveLater);
  // On a phone the bar of stages scrolls: begin at the one that counts.
  const current = document.querySelector(".chevrons [aria-current]");
  if (current) current.parentElement.scrollLeft = current.offsetLeft - current.parentElement.offsetLeft - 24;
  ready(document);
  window.leadloop = { note };
})();
