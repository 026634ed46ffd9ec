// A lead's page: l logs in place, Escape closes what is open.
(() => {
  "use strict";
  const panel = document.getElementById("log-panel");

  function close() {
    panel.replaceChildren();
    document.querySelector(".lead-actions [data-log]")?.focus();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && panel.firstElementChild) close();
    if (event.key !== "l" || typing || event.target.closest?.("[data-panel]")) return;
    const log = document.querySelector(".lead-actions [data-log]");
    if (!log) return;
    event.preventDefault();
    log.click();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-close-panel]");
    if (!button || !panel.contains(button)) return;
    event.preventDefault();
    close();
  });
})();
