// Every page works without this. It adds the buttons that copy an address, and takes out pictures that are missing.
"use strict";

const DONE_MILLISECONDS = 2000;

async function copy(element) {
  getSelection().selectAllChildren(element);
  // Only pages with an encrypted connection have a clipboard; elsewhere the old way does.
  if (navigator.clipboard) await navigator.clipboard.writeText(element.textContent);
  else document.execCommand("copy");
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.firstChild;
  const status = button.nextElementSibling; // which screen readers read out when it changes
  const text = label.data;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copies));
    label.data = status.textContent = "Copied";
    setTimeout(() => { label.data = text; status.textContent = ""; }, DONE_MILLISECONDS);
  });
}

for (const picture of document.querySelectorAll(".picture img")) {
  const frame = picture.parentElement;
  if (picture.complete && !picture.naturalWidth) frame.remove();
  else picture.addEventListener("error", () => frame.remove());
}
