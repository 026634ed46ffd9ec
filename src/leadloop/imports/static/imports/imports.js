// Files dropped on the page go into the file field; the names of what was chosen are shown.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const zone = input.closest("label");
  const show = () => { chosen.textContent = [...input.files].map((file) => file.name).join(", "); };
  input.addEventListener("change", show);
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("import-over"); });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("import-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); }
  });
}

// The name of a new process is asked for only when one is made.
const process = document.getElementById("id_process");
const named = document.querySelector("[data-new-process]");
const stages = document.querySelector("[data-stages]");
if (process && named) {
  const choose = () => {
    const making = process.value === "*new*";
    named.hidden = !making;
    if (stages) stages.hidden = making;
  };
  process.addEventListener("change", choose);
  choose();
}
