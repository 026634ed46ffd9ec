// The bell follows what other tabs and other people do: once a minute while somebody looks, and on return.
(() => {
  "use strict";
  const EVERY = 60_000;
  let asked = Date.now();

  function ask() {
    const bell = document.getElementById("bell");
    if (!bell || document.visibilityState !== "visible") return;
    asked = Date.now();
    htmx.ajax("GET", bell.dataset.bell, { target: "#bell", swap: "outerHTML" });
  }

  setInterval(ask, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (Date.now() - asked > EVERY / 6) ask();
  });
  document.addEventListener("notices-changed", ask);
})();
