// A button with data-copy="id" copies the text of that element.
(() => {
  "use strict";

  // Without https browsers offer no clipboard: mark the text and copy what is marked.
  function byMarking(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    const done = document.execCommand("copy");
    selection.removeAllRanges();
    return done;
  }

  async function copy(element) {
    if (!navigator.clipboard) return byMarking(element);
    try {
      await navigator.clipboard.writeText(element.textContent);
      return true;
    } catch {
      return byMarking(element);
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const element = document.getElementById(button.dataset.copy);
    if (element && (await copy(element))) window.leadloop.note(button.dataset.copied);
  });
})();
