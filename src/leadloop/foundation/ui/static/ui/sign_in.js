// The demo company only: one click signs in as that person.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill-user]");
  if (!button) return;
  const form = document.getElementById("sign-in");
  form.elements.username.value = button.dataset.fillUser;
  form.elements.password.value = "demo";
  form.requestSubmit();
});
