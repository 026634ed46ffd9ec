// Conditions joined by and / or, made from the spec that the page carries, sent as one value.
(() => {
  "use strict";
  let spec;
  let fields;

  function make(tag, options = {}, children = []) {
    const element = Object.assign(document.createElement(tag), options);
    element.append(...children);
    return element;
  }

  function select(pairs, value, label) {
    const made = make("select", { className: "form-select form-select-sm" });
    made.setAttribute("aria-label", label);
    made.append(...pairs.map(([key, title]) => new Option(title, key, false, key === value)));
    return made;
  }

  function remover(element) {
    const button = make("button", { type: "button", className: "bare-button", textContent: "×" });
    button.setAttribute("aria-label", spec.words.remove);
    button.addEventListener("click", () => element.remove());
    return button;
  }

  function input(type, value = "") {
    const made = make("input", { type, value, className: "form-control form-control-sm", required: true });
    made.setAttribute("aria-label", spec.words.value);
    if (type === "number") made.step = "any";
    return made;
  }

  function controls(field, takes, values) {
    if (takes === "none") return [];
    if (takes === "span") return [select(spec.spans, values[0], spec.words.value)];
    if (takes === "days") return [Object.assign(input("number", values[0] ?? "7"), { min: 0, max: 36500, step: 1 })];
    if (takes === "many") {
      const made = select(field.choices, null, spec.words.value);
      made.multiple = true;
      made.selectedIndex = -1;
      for (const option of made.options) option.selected = values.includes(option.value);
      made.dataset.pick = "";
      return [made];
    }
    const type = { time: "date", number: "number" }[field.type] ?? "text";
    return Array.from({ length: takes === "two" ? 2 : 1 }, (_, index) => input(type, values[index]));
  }

  function condition([key, operator, values = []] = [spec.fields[0].key]) {
    const line = make("div", { className: "builder-line" });
    line.dataset.condition = "";
    const field = fields.get(key) ?? spec.fields[0];
    const chosen = field.operators.find(([name]) => name === operator) ?? field.operators[0];
    const which = select(spec.fields.map((one) => [one.key, one.title]), field.key, spec.words.field);
    const how = select(field.operators, chosen[0], spec.words.operator);
    const replace = (data) => {
      const made = condition(data);
      line.replaceWith(made);
      pick(made);
      made.querySelector("select").focus();
    };
    which.addEventListener("change", () => replace([which.value]));
    how.addEventListener("change", () => {
      const takes = field.operators.find(([name]) => name === how.value)[2];
      replace([field.key, how.value, takes === chosen[2] ? read(line)[2] : []]);
    });
    line.append(which, how, ...controls(field, chosen[2], values), remover(line));
    return line;
  }

  function group(data, outermost) {
    const box = make("div", { className: "builder-group" });
    box.dataset.group = "";
    const join = select([["and", spec.words.and], ["or", spec.words.or]], data[0], spec.words.join);
    const head = make("div", { className: "builder-join" }, [make("span", { className: "muted small", textContent: spec.words.join }), join]);
    if (!outermost) head.append(remover(box));
    const lines = make("div", { className: "stack" });
    lines.append(...data.slice(1).map((part) => (Array.isArray(part) && ["and", "or"].includes(part[0]) ? group(part) : condition(part))));
    const more = make("div", { className: "row-line" });
    const add = (words, build) => {
      const button = make("button", { type: "button", className: "btn btn-sm", textContent: words });
      button.addEventListener("click", () => {
        const made = build();
        lines.append(made);
        pick(made);
        made.querySelector("select").focus();
      });
      more.append(button);
    };
    add(`+ ${spec.words.condition}`, () => condition());
    if (outermost) add(`+ ${spec.words.group}`, () => group(["or", [spec.fields[0].key]]));
    box.append(head, lines, more);
    return box;
  }

  function pick(root) {
    root.querySelectorAll("select[data-pick]:not(.tomselected)").forEach((one) => new TomSelect(one, { maxOptions: 500, hidePlaceholder: true }));
  }

  function read(element) {
    if ("group" in element.dataset) {
      const [head, lines] = element.children;
      return [head.querySelector("select").value, ...[...lines.children].map(read)];
    }
    const [which, how, ...rest] = [...element.querySelectorAll(":scope > select, :scope > input")];
    const values = rest.flatMap((one) => (one.multiple ? [...one.selectedOptions].map((option) => option.value) : [one.value]));
    return [which.value, how.value, values];
  }

  function ready() {
    const place = document.querySelector("[data-builder]:empty");
    const given = document.getElementById("builder-spec");
    if (!place || !given) return;
    spec = JSON.parse(given.textContent);
    fields = new Map(spec.fields.map((field) => [field.key, field]));
    const outermost = group(spec.tree, true);
    place.append(outermost);
    pick(place);
    place.closest("form").addEventListener("submit", () => {
      const tree = read(outermost);
      const value = place.closest("form").querySelector("[data-builder-value]");
      value.disabled = tree.length < 2;
      value.value = JSON.stringify(tree);
    });
  }

  document.addEventListener("htmx:after:swap", ready);
  ready();
})();
