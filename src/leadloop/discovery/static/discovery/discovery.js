// Need discovery by keyboard: Ctrl or Cmd with Enter saves, and the next missing part is ready to be filled.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.(".spin-form");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const next = document.querySelector("#discovery textarea[autofocus]");
    if (next && document.activeElement !== next) next.focus();
  });
})();
