// Every page works without this script. It adds buttons to copy an address, shows the address
// of a feed or list while its form is filled in, and removes missing pictures.
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
