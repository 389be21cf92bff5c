// Every page works without this script. It adds buttons to copy an address, shows the address
// of a feed or list while its form is filled in, filters lists of names, and removes missing pictures.
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

// Write the address as the server does, as far as possible without the catalog. The server accepts any spelling.
function composeAddress(form) {
  const data = new FormData(form);
  const rest = [...data.getAll("all"), ...data.getAll("not").map((name) => `!${name}`)];
  const alternatives = data.has("any") ? data.getAll("any").map((name) => [name, ...rest]) : [rest];
  const rank = (text) => text.replaceAll("!", "\uffff");
  const compare = (one, other) => (rank(one) < rank(other) ? -1 : 1);
  const sorted = alternatives.map((names) => [...new Set(names)].sort(compare).map(encodeURIComponent).join("+"));
  const topics = sorted.sort(compare).join(",");
  const filters = form.dataset.parameters
    .split(" ")
    .map((name) => [name, data.get(name).trim()])
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%20", "+").replaceAll("%2C", ",")}`);
  const path = topics ? `/topics/${topics}.atom` : "/feed.atom";
  return `${form.dataset.site}${path}${filters.length ? "?" : ""}${filters.join("&")}`;
}

// Write the address of a list, empty without a feed.
function listAddress(form) {
  const feeds = new FormData(form).getAll("feed").map((feed) => feed.trim()).filter(Boolean);
  return feeds.length ? `${form.dataset.address}?${feeds.map((feed) => `feed=${encodeURIComponent(feed)}`).join("&")}` : "";
}

for (const [write, name, form] of [
  [composeAddress, "composed", document.getElementById("compose")],
  [listAddress, "listed", document.getElementById("list")],
].filter(([, , form]) => form)) {
  const show = () => {
    const address = write(form);
    document.getElementById(`address-${name}`).textContent = address;
    document.getElementById(name).hidden = !address;
  };
  form.addEventListener("input", show);
  form.addEventListener("reset", () => setTimeout(show));
  show();
}

// Find names as the server does: a name has each word of the text, in any case, with or without accents.
const MAX_OPENED = 300;
const foldName = (name) => name.toUpperCase().normalize("NFKD").replace(/[\p{M}\p{Cf}\u0640]/gu, "");

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
  form.addEventListener("input", () => {
    filter ??= filterNames(form);
    filter();
  });
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
