/* leadloop: builds a form where this script stands.
   <script src="https://…/forms/embed.js" data-form="KEY" async></script>
   Without inline code or style, so that it runs under a strict content policy (script-src, connect-src). */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || !script.dataset.form) return;
  const base = new URL(script.src);
  const address = new URL("f/" + encodeURIComponent(script.dataset.form) + "/form.json", base);
  const MARKS = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== "" && value != null) made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  const marks = () => {
    const asked = new URLSearchParams(location.search);
    const found = { page: location.href, referrer: document.referrer };
    for (const name of MARKS) if (asked.has(name)) found[name] = asked.get(name);
    return found;
  };

  const control = (field, id) => {
    const common = { id, name: field.name, required: field.required, maxlength: field.most };
    return field.type === "textarea"
      ? element("textarea", { ...common, rows: 4 })
      : element("input", { ...common, type: field.type });
  };

  const line = (field, prefix) => {
    const id = prefix + field.name;
    return element("p", { class: "leadloop-field" },
      element("label", { for: id }, field.label + (field.required ? " *" : "")), element("br"),
      control(field, id), element("span", { class: "leadloop-error", role: "alert", "data-for": field.name }));
  };

  const trap = (name) => {
    // Hidden by property, not by attribute: a strict content policy forbids inline style, not this.
    const hidden = element("p", { "aria-hidden": "true" },
      element("input", { name, type: "text", tabindex: "-1", autocomplete: "off" }));
    hidden.style.position = "absolute";
    hidden.style.left = "-9999px";
    return hidden;
  };

  const agree = (consent) => element("p", { class: "leadloop-field" },
    element("label", {}, element("input", { type: "checkbox", name: "consent", value: "1", required: true }), " " + consent.text),
    element("span", { class: "leadloop-error", role: "alert", "data-for": "consent" }));

  const build = (form) => {
    const prefix = "leadloop-" + script.dataset.form + "-";
    const made = element("form", { class: "leadloop-form", method: "post", action: form.action });
    if (form.title) made.append(element("h2", {}, form.title));
    if (form.intro) made.append(element("p", {}, form.intro));
    for (const field of form.fields) made.append(line(field, prefix));
    made.append(trap(form.trap));
    if (form.consent) made.append(agree(form.consent));
    const button = element("button", { type: "submit" }, form.button);
    const status = element("p", { class: "leadloop-status", role: "status" });
    made.append(button, status);
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, made, button, status);
    });
    script.after(made);
  };

  const send = async (form, made, button, status) => {
    const values = { ...marks(), ...Object.fromEntries(new FormData(made)) };
    if (form.consent) values.consent_version = form.consent.version;
    for (const place of made.querySelectorAll(".leadloop-error")) place.textContent = "";
    button.disabled = true;
    status.textContent = form.words.sending;
    try {
      const answer = await fetch(form.action, {
        method: "POST", credentials: "omit", mode: "cors",
        headers: { "Content-Type": "application/json" }, body: JSON.stringify(values),
      });
      const told = await answer.json();
      if (answer.ok) return done(made, told);
      show(made, told);
      status.textContent = told.title;
    } catch {
      status.textContent = form.words.failed;
    }
    button.disabled = false;
  };

  const show = (made, told) => {
    for (const error of told.errors || []) {
      const place = made.querySelector('[data-for="' + CSS.escape(error.pointer.slice(1)) + '"]');
      if (place) place.textContent = error.detail;
    }
  };

  const done = (made, told) => {
    if (told.redirect) location.assign(told.redirect);
    else made.replaceWith(element("p", { class: "leadloop-thanks", role: "status" }, told.thanks));
  };

  fetch(address, { credentials: "omit" }).then((answer) => answer.json()).then(build).catch(() => {});
})();
