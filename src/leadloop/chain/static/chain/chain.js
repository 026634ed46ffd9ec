// The map of a decision chain: dragged to a place or onto the person somebody reports to, by pointer or keys.
(() => {
  "use strict";
  const NEAR = 26;
  const STEP = 8;
  const FAR_STEP = 40;
  let drag = null;
  let waiting = null;

  const number = (element, name) => Number(element.dataset[name]);
  const peopleOf = (map) => [...map.querySelectorAll("[data-person]")];

  function toSheet(svg, event) {
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  }

  function path(boss, below) {
    const [bx, by, x, y] = [number(boss, "x"), number(boss, "y"), number(below, "x"), number(below, "y")];
    const start = by + 58;
    const end = y - 13;
    if (end < start) return `M${bx} ${by}L${x} ${y}`;
    const bend = (end - start) * 0.6;
    return `M${bx} ${start}C${bx} ${start + bend} ${x} ${end - bend} ${x} ${end}`;
  }

  function put(person, x, y) {
    person.dataset.x = x.toFixed(1);
    person.dataset.y = y.toFixed(1);
    person.setAttribute("transform", `translate(${person.dataset.x} ${person.dataset.y})`);
    const svg = person.ownerSVGElement;
    const id = person.dataset.person;
    for (const line of svg.querySelectorAll(`[data-boss="${id}"], [data-below="${id}"]`)) {
      const [boss, below] = [line.dataset.boss, line.dataset.below].map((one) => svg.querySelector(`[data-person="${one}"]`));
      if (boss && below) line.setAttribute("d", path(boss, below));
    }
  }

  function under(person) {
    const others = peopleOf(person.closest("[data-chain]")).filter((one) => one !== person);
    const distance = (one) => Math.hypot(number(one, "x") - number(person, "x"), number(one, "y") - number(person, "y"));
    const nearest = others.sort((one, other) => distance(one) - distance(other))[0];
    return nearest && distance(nearest) < NEAR ? nearest : null;
  }

  function mark(map, target) {
    for (const one of peopleOf(map)) one.classList.toggle("chain-target", one === target);
  }

  async function send(map, address, values) {
    const answer = await fetch(address, {
      method: "POST",
      body: new URLSearchParams(values),
      headers: { "X-CSRFToken": map.dataset.token, "HX-Request": "true" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
  }

  async function save(person) {
    const map = person.closest("[data-chain]");
    try {
      await send(map, person.dataset.place, { x: person.dataset.x, y: person.dataset.y });
      grow(person.ownerSVGElement);
    } catch {
      window.leadloop.note(map.dataset.failed, "error");
    }
  }

  // A place outside of what is shown: the sheet becomes larger, nothing jumps.
  function grow(svg) {
    const all = [...svg.querySelectorAll("[data-person]")];
    const xs = all.map((one) => number(one, "x"));
    const ys = all.map((one) => number(one, "y"));
    const [left, top] = [Math.min(...xs) - 60, Math.min(...ys) - 20];
    const [width, height] = [Math.max(...xs) + 60 - left, Math.max(...ys) + 60 - top];
    svg.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    svg.setAttribute("width", Math.round(width));
    svg.setAttribute("height", Math.round(height));
  }

  function reportTo(person, boss) {
    htmx.ajax("POST", person.dataset.report, {
      source: "#chain", target: "#chain", swap: "outerHTML", values: { boss: boss.dataset.person },
    });
  }

  function back() {
    if (!drag) return;
    put(drag.person, drag.from.x, drag.from.y);
    end();
  }

  function end() {
    mark(drag.map, null);
    drag.person.classList.remove("chain-dragged");
    drag = null;
  }

  document.addEventListener("pointerdown", (event) => {
    const person = event.target.closest?.("[data-edits] [data-person]");
    if (!person || event.button !== 0) return;
    const map = person.closest("[data-chain]");
    const at = toSheet(person.ownerSVGElement, event);
    const from = { x: number(person, "x"), y: number(person, "y") };
    drag = { person, map, from, offset: { x: at.x - from.x, y: at.y - from.y }, start: [event.clientX, event.clientY], moved: false };
    person.setPointerCapture(event.pointerId);
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moved && Math.hypot(event.clientX - drag.start[0], event.clientY - drag.start[1]) < 4) return;
    drag.moved = true;
    drag.person.classList.add("chain-dragged");
    const at = toSheet(drag.person.ownerSVGElement, event);
    put(drag.person, at.x - drag.offset.x, at.y - drag.offset.y);
    mark(drag.map, under(drag.person));
  });

  document.addEventListener("pointerup", () => {
    if (!drag) return;
    const { person, moved } = drag;
    const boss = moved ? under(person) : null;
    end();
    if (!moved) open(person);
    else if (boss) reportTo(person, boss);
    else save(person);
  });

  document.addEventListener("pointercancel", back);

  function open(person) {
    htmx.ajax("GET", person.dataset.edit, { source: "#dialog-body", target: "#dialog-body" });
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return back();
    const person = event.target.closest?.("[data-edits] [data-person]");
    if (!person || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      open(person);
    }
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? FAR_STEP : STEP;
    put(person, number(person, "x") + way[0] * step, number(person, "y") + way[1] * step);
    clearTimeout(waiting);
    waiting = setTimeout(() => save(person), 400);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-zoom]");
    if (!button) return;
    const sheet = button.closest("[data-chain]").querySelector(".chain-sheet");
    const svg = sheet.querySelector("svg");
    const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    const whole = button.dataset.zoom === "fit";
    const now = svg.getBoundingClientRect().width / width;
    const scale = whole ? 1 : Math.min(Math.max(now * Number(button.dataset.zoom), 0.25), 4);
    sheet.classList.toggle("chain-zoomed", !whole);
    svg.setAttribute("width", Math.round(width * scale));
    svg.setAttribute("height", Math.round(height * scale));
  });
})();
