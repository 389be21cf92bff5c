// Every page works without this script. It adds buttons to copy an address, filters lists of names, and
// removes missing pictures.
"use strict";

const DONE_MILLISECONDS = 2000;

async function copy(element) {
  getSelection().selectAllChildren(element);
  // The clipboard API needs an encrypted connection; the older command works everywhere.
  if (navigator.clipboard) await navigator.clipboard.writeText(element.textContent);
  else document.execCommand("copy");
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.firstChild;
  const status = button.nextElementSibling; // read out by screen readers when the text changes
  const text = label.data;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copies));
    label.data = status.textContent = button.dataset.copied;
    setTimeout(() => { label.data = text; status.textContent = ""; }, DONE_MILLISECONDS);
  });
}

// Find names as the server does: a name has each word of the text, in any case, with or without accents.
const MAX_OPENED = 300;
const foldName = (name) => name.toUpperCase().normalize("NFKD").toUpperCase().replace(/[\p{M}\p{Cf}\u0640]/gu, "");

function filterNames(form) {
  const list = document.getElementById(form.dataset.filters);
  const status = form.querySelector("[role=status]");
  const rows = [...list.querySelectorAll("li")].map((item) => ({ item, name: foldName(item.querySelector("a").textContent) }));
  const byItem = new Map(rows.map((row) => [row.item, row]));
  for (const row of rows) row.parent = byItem.get(row.item.parentElement.closest("li"));
  const folds = [...list.querySelectorAll("details")].map((fold) => ({ fold, isOpen: fold.open, items: fold.querySelectorAll("li") }));
  const others = list.querySelectorAll(".letters, section.letter, details.letter");
  return () => {
    const words = foldName(form.elements.find.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const row of rows) {
      const has = words.every((word) => row.name.includes(word));
      found += has;
      row.isShown = has || Boolean(row.parent?.isInFound);
      row.isInFound = has || Boolean(row.parent?.isInFound);
      row.holds = has;
    }
    // A topic above a found topic is shown too. The topics below it come later in the list.
    for (const row of [...rows].reverse()) if (row.holds && row.parent) row.parent.holds = row.parent.isShown = true;
    for (const row of rows) if (row.item.hidden === row.isShown) row.item.hidden = !row.isShown;
    for (const { fold, isOpen, items } of folds) {
      const isNeeded = [...items].some((item) => byItem.get(item).holds);
      fold.open = words.length ? isNeeded && found <= MAX_OPENED : isOpen;
    }
    for (const each of others) each.hidden = words.length > 0 && !each.querySelector("li:not([hidden])");
    const shown = form.dataset.shown.replace("{number}", found.toLocaleString(document.documentElement.lang));
    status.textContent = words.length ? (found ? shown : form.dataset.missing) : "";
  };
}

for (const form of document.querySelectorAll("form[data-filters]")) {
  let filter;
  form.hidden = false;
  const run = () => {
    filter ??= filterNames(form);
    filter();
  };
  form.addEventListener("input", run);
  // Browsers restore the text of a page that somebody returns to.
  addEventListener("pageshow", () => form.elements.find.value && run());
  if ("static" in form.dataset) form.addEventListener("submit", (event) => event.preventDefault());
}

for (const picture of document.querySelectorAll(".picture img")) {
  const frame = picture.parentElement;
  if (picture.complete && !picture.naturalWidth) frame.remove();
  else picture.addEventListener("error", () => frame.remove());
}

// Who comes to subscribe finds the address selected, ready to copy.
const recommended = document.querySelector(".recommended code");
if (recommended && location.hash === "#subscribe") getSelection().selectAllChildren(recommended);

// Entries of digests once linked to the page of their topic, with the issue after `#`: go to the page of the issue.
const issue = location.hash.match(/^#(\d{4}-(?:(W)\d{2}|\d{2}-\d{2}))$/);
const digest = issue && document.querySelector(`[data-cycle="${issue[2] ? "weekly" : "daily"}"]`);
if (digest) {
  const page = new URL(digest.href);
  page.pathname += `/${issue[1]}`;
  page.hash = "";
  location.replace(page);
}
