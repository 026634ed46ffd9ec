// The form of a follow-up, wherever it stands: one key for way and mood, nothing typed is lost, files at once.
(() => {
  "use strict";
  const TEXTS = "textarea, select, input:not([type=radio]):not([type=checkbox]):not([type=file]):not([type=hidden])";
  const panels = () => [...document.querySelectorAll("[data-followup]")];
  const draftOf = (panel) => `followup:${panel.dataset.followup}`;

  // Keys

  function panelAt(target) {
    const within = target.closest?.("[data-followup]");
    if (within) return within;
    const open = panels();
    return (target === document.body || target.closest?.("dialog[open]")) && open.length === 1 ? open[0] : null;
  }

  function press(panel, key) {
    for (const choice of panel.querySelectorAll("[data-choice] .fpick")) {
      if (choice.querySelector("kbd").textContent.toLowerCase() !== key) continue;
      choice.querySelector("input").checked = true;
      choice.querySelector("input").focus();
      keep(panel);
      // Both are chosen: what is left is to write.
      if ([...panel.querySelectorAll("[data-choice]")].every((one) => one.querySelector(":checked"))) {
        panel.querySelector("textarea")?.focus();
      }
      return true;
    }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || !(event.target instanceof Element)) return;
    const panel = panelAt(event.target);
    if (!panel) return;
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key === "Enter") {
      stop(event);
      panel.querySelector("form").requestSubmit();
    } else if (!held && !event.target.closest(TEXTS) && press(panel, event.key.toLowerCase())) {
      stop(event);
    }
  }, true);

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  // What was typed outlives an error, a reload and a dialog closed by mistake; not the browser's window.

  function fields(panel) {
    return [...panel.querySelector("form").elements].filter((one) => one.name && one.type !== "hidden" && one.type !== "file");
  }

  function keep(panel) {
    if ("editing" in panel.dataset) return;
    const said = fields(panel).map((one) => [one.name, one.value, one.checked === true]);
    try {
      sessionStorage.setItem(draftOf(panel), JSON.stringify(said));
    } catch {
      // Full or forbidden: what is on the page is still there.
    }
  }

  function restore(panel) {
    if ("editing" in panel.dataset) return;
    const note = panel.querySelector("textarea");
    const kept = sessionStorage.getItem(draftOf(panel));
    if (!kept || !note || note.value) return;
    const said = new Map(JSON.parse(kept).map(([name, value, on]) => [`${name}\n${value}`, on]));
    const texts = new Map(JSON.parse(kept).map(([name, value]) => [name, value]));
    for (const field of fields(panel)) {
      const text = texts.get(field.name);
      if (field.type === "radio" || field.type === "checkbox") field.checked = said.get(`${field.name}\n${field.value}`) ?? field.checked;
      else if (text !== undefined && (!field.options || [...field.options].some((one) => one.value === text))) field.value = text;
    }
  }

  document.addEventListener("input", (event) => {
    const panel = event.target.closest?.("[data-followup]");
    if (panel) keep(panel);
  });

  document.addEventListener("htmx:after:request", (event) => {
    const panel = event.target.closest?.("[data-followup]");
    if (panel && event.detail.ctx?.response?.status === 204) sessionStorage.removeItem(draftOf(panel));
  });

  function ready(root) {
    for (const done of root.querySelectorAll("[data-followup-saved]")) sessionStorage.removeItem(`followup:${done.dataset.followupSaved}`);
    for (const panel of root.querySelectorAll("[data-followup]:not([data-ready])")) {
      panel.dataset.ready = "";
      restore(panel);
      const wrong = panel.querySelector(".form-error, .notice-bad");
      if (wrong) wrong.closest(".field, fieldset, .followup-line, details")?.querySelector("input, textarea, select")?.focus();
      else if (!panel.closest("dialog")) panel.focus({ preventScroll: root === document });
    }
  }

  document.addEventListener("htmx:after:swap", () => ready(document));
  ready(document);

  // Days by one click

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-sets] [data-value]");
    if (button) {
      const group = button.closest("[data-sets]");
      const day = document.getElementById(group.dataset.sets);
      day.value = button.dataset.value;
      group.querySelectorAll(".btn").forEach((one) => one.classList.toggle("btn-on", one === button));
      keep(button.closest("[data-followup]"));
    }
    const row = event.target.closest?.("[data-remove-row]");
    if (row) row.closest("li").remove();
    const file = event.target.closest?.("[data-remove-file]");
    if (file) takeOff(file);
  });

  // Files go up as soon as they are chosen, so that a long upload never holds up a note.

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-upload]")) {
      [...event.target.files].forEach((file) => send(event.target, file));
      event.target.value = "";
    }
  });

  function send(input, file) {
    const list = input.closest("[data-followup]").querySelector("[data-files]");
    const row = document.createElement("li");
    row.className = "file";
    row.textContent = file.name;
    list.append(row);
    if (file.size > Number(input.dataset.most)) {
      refuse(row, `${file.name} ${input.dataset.tooLarge}`);
      return;
    }
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("files", file);
    request.open("POST", input.dataset.upload);
    request.setRequestHeader("X-CSRFToken", input.form.elements.csrfmiddlewaretoken.value);
    request.setRequestHeader("HX-Request", "true");
    request.upload.onprogress = (now) => { row.textContent = `${file.name} · ${Math.round((now.loaded / now.total) * 100)} %`; };
    request.onload = () => {
      if (request.status === 200) row.outerHTML = request.responseText;
      else refuse(row, reason(request) ?? `${file.name}: ${request.status}`);
    };
    request.onerror = () => refuse(row, document.getElementById("toasts").dataset.failed);
    request.send(form);
  }

  function reason(request) {
    try {
      return JSON.parse(request.getResponseHeader("HX-Trigger"))["leadloop:note"].text;
    } catch {
      return null;
    }
  }

  function refuse(row, words) {
    row.classList.add("file-refused");
    row.setAttribute("role", "alert");
    row.textContent = words;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "bare-button";
    close.dataset.removeRow = "";
    close.setAttribute("aria-label", document.getElementById("toasts").dataset.close);
    close.textContent = "×";
    row.append(close);
  }

  async function takeOff(button) {
    const row = button.closest("li");
    const token = button.closest("form").elements.csrfmiddlewaretoken.value;
    row.remove();
    await fetch(button.dataset.removeFile, { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" } });
  }
})();
