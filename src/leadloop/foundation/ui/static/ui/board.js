// The pipeline board: a card dropped on another column is moved on the server; a refused one goes back.
(() => {
  "use strict";
  const board = document.querySelector("[data-board]");
  if (!board) return;

  function back({ item, from, oldIndex }) {
    from.insertBefore(item, from.children[oldIndex] ?? null);
  }

  function tell({ summaries }) {
    for (const { stage, ...parts } of summaries) {
      for (const [name, text] of Object.entries(parts)) {
        const place = board.querySelector(`[data-${name}="${CSS.escape(stage)}"]`);
        if (place) place.textContent = text;
      }
    }
  }

  async function move(event) {
    const { item, from, to } = event;
    if (from === to) return;
    const body = new URLSearchParams({ lead: item.dataset.lead, stage: to.dataset.stage, from: from.dataset.stage });
    try {
      const answer = await fetch(board.dataset.drop, {
        method: "POST", body, headers: { "X-CSRFToken": board.dataset.token },
      });
      const said = await answer.json();
      if (said.summaries) return tell(said);
      back(event);
      if (said.dialog) htmx.ajax("GET", said.dialog, { source: "#dialog-body", target: "#dialog-body" });
      else window.leadloop.note(said.error, "error");
    } catch {
      back(event);
      window.leadloop.note(board.dataset.failed, "error");
    }
  }

  board.querySelectorAll("[data-stage]").forEach((column) => {
    new Sortable(column, {
      group: "stages", draggable: ".board-card", animation: 120, sort: false, delay: 120, delayOnTouchOnly: true,
      ghostClass: "board-ghost", onEnd: move,
    });
  });
})();
