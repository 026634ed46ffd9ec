// Loaded in the head, before anything is painted: the wrong theme must not flash.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const choice = root.dataset.themeChoice;
    const dark = choice === "dark" || (choice !== "light" && system.matches);
    root.dataset.bsTheme = dark ? "dark" : "light";
  };
  apply();
  system.addEventListener("change", () => {
    apply();
    document.dispatchEvent(new CustomEvent("leadloop:theme"));
  });
})();
