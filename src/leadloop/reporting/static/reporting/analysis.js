// Menus are <details>, which stay open on their own: a click elsewhere or Escape closes them.
(() => {
  "use strict";
  const open = () => document.querySelectorAll("details.pick[open]");
  document.addEventListener("click", (event) => {
    open().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
  });
})();
