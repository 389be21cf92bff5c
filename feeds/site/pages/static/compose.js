// The form for composing feeds works without this script. It suggests names while somebody types, adds and removes
// names without a request, and shows the address of the feed and of the list.
"use strict";

const MAX_SUGGESTED = 8;
const form = document.getElementById("compose");
const pickers = [...form.querySelectorAll("[data-picker]")];

// Case, accents and signs make no difference.
const fold = (text) => text.normalize("NFKD").replace(/[\p{M}\p{P}]+/gu, " ").trim().toLowerCase();

// The names of a picker: the value of a field, the name for people, and the folded name.
let loading;
async function loadNames(picker) {
  loading ??= fetch(form.dataset.names).then((response) => response.json());
  const { topics, publishers } = await loading;
  if (picker.dataset.picker === "publisher") return publishers.map((domain) => [domain, domain, fold(domain)]);
  const value = picker.dataset.picker === "feed" ? (slug) => `/topics/${encodeURIComponent(slug)}.atom` : (slug) => slug;
  return topics.map(([slug, name]) => [value(slug), name, fold(name)]);
}

// The names that contain a text: at the beginning, at the beginning of a word, anywhere.
function findNames(names, text) {
  const wanted = fold(text);
  const rank = (folded) => (folded.startsWith(wanted) ? 0 : folded.includes(` ${wanted}`) ? 1 : 2);
  const found = wanted ? names.filter(([, , folded]) => folded.includes(wanted)) : [];
  return found.sort(([, , one], [, , other]) => rank(one) - rank(other)).slice(0, MAX_SUGGESTED);
}

function isChosen(picker, value) {
  return [...picker.querySelectorAll(".rows button")].some((button) => button.value.split(" ").slice(2).join(" ") === value);
}

// Tell people who use a screen reader what has happened; the text is that of an attribute of the picker.
function report(picker, kind, values) {
  const text = Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, () => value), picker.dataset[kind]);
  picker.querySelector("[role=status]").textContent = text;
}

let rows = form.querySelectorAll(".chosen").length;
function add(picker, value, name) {
  report(picker, "added", { name });
  if (isChosen(picker, value)) return;
  const row = picker.querySelector("template").content.cloneNode(true);
  rows += 1;
  const fill = (text) => text.replace(/\{(value|name|number)\}/g, (_, key) => ({ value, name, number: rows })[key]);
  for (const element of row.querySelectorAll("*")) {
    for (const attribute of element.attributes) attribute.value = fill(attribute.value);
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) node.data = fill(node.data);
  }
  picker.querySelector(".rows").append(row);
  showAddresses();
}

function remove(picker, button) {
  const row = button.closest(".chosen");
  report(picker, "removed", { name: row.querySelector("bdi").textContent });
  const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("button[value^=remove]");
  row.remove();
  (next ?? picker.querySelector(".add input")).focus();
  showAddresses();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const picker = button?.closest("[data-picker]");
  const [verb, , ...value] = button?.value.split(" ") ?? [];
  if (verb === "add") {
    event.preventDefault();
    add(picker, value.join(" "), button.dataset.name);
    const item = button.parentElement;
    const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button");
    item.remove();
    (next ?? picker.querySelector(".add input")).focus();
  } else if (verb === "remove" && button.closest(".chosen")) {
    event.preventDefault();
    remove(picker, button);
  }
});

// Suggest names below a field (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
function suggest(picker) {
  const input = picker.querySelector(".add input");
  const list = document.createElement("ul");
  let names = [];
  let found = [];
  let active = -1;

  list.id = `${input.id}-list`;
  list.className = "suggested";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0].textContent);
  input.removeAttribute("list"); // the suggestions of the browser
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", false);
  input.after(list);

  function activate(index) {
    active = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", place === active));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  }

  function show(shown) {
    found = shown;
    list.replaceChildren(...found.map(([value, name], place) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${place}`;
      item.setAttribute("role", "option");
      item.dir = "auto";
      item.textContent = name;
      item.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      item.addEventListener("click", () => choose(value, name));
      return item;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", !list.hidden);
    activate(-1);
  }

  function choose(value, name) {
    input.value = "";
    show([]);
    add(picker, value, name);
  }

  input.addEventListener("focus", async () => {
    names = await loadNames(picker).catch(() => { loading = undefined; return []; }); // the button still finds names
  });
  input.addEventListener("input", () => {
    show(findNames(names, input.value));
    if (found.length) report(picker, "found", { number: found.length });
  });
  input.addEventListener("blur", () => show([]));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && found.length) {
      event.preventDefault();
      const places = found.length + 1; // one of them is the field itself
      activate(((active + 1 + moves[event.key] + places) % places) - 1);
    } else if (event.key === "Escape" && found.length) {
      event.preventDefault();
      show([]);
    } else if (event.key === "Enter") {
      const exact = names.find(([, name]) => fold(name) === fold(input.value));
      const chosen = active >= 0 ? found[active] : (found.length === 1 ? found[0] : exact);
      if (!chosen || !input.value.trim()) return; // the server finds names
      event.preventDefault();
      choose(...chosen);
    }
  });
}

// Write an expression of chosen names as the server does, as far as possible without the catalog: it accepts any spelling.
function writeExpression(values, text) {
  if (text) return encodeURIComponent(text).replace(/%2C|%2B|%20/g, (code) => decodeURIComponent(code).replace(" ", "+"));
  const signed = (sign) => values.filter((value) => value.startsWith(sign)).map((value) => value.slice(sign.length));
  const any = values.filter((value) => !/^[+!]/.test(value));
  const rest = [...signed("+"), ...signed("!").map((name) => `!${name}`)];
  const alternatives = any.length ? any.map((name) => [name, ...rest]) : rest.length ? [rest] : [];
  const rank = (part) => part.replaceAll("!", "\uffff");
  const compare = (one, other) => (rank(one) < rank(other) ? -1 : 1);
  const sorted = alternatives.map((names) => [...new Set(names)].sort(compare).map(encodeURIComponent).join("+"));
  return sorted.sort(compare).join(",");
}

// Write the address of the feed, empty without a choice.
function writeFeedAddress() {
  const data = new FormData(form);
  const topics = writeExpression(data.getAll("topic"), data.get("topics"));
  let publishers = writeExpression(data.getAll("publisher"), data.get("publishers"));
  let providers = data.getAll("provider").length ? writeExpression(data.getAll("provider")) : "";
  if (form.querySelector("input[name=provider]")) providers = writeExpression([], data.get("provider"));
  if (topics && publishers) [providers, publishers] = [publishers, ""];
  const filters = form.dataset.parameters
    .split(" ")
    .map((name) => [name, data.get(name).trim()])
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%20", "+").replaceAll("%2C", ",")}`);
  if (providers) filters.unshift(`provider=${providers}`);
  if (!topics && !publishers && !filters.length) return "";
  const path = topics ? `/topics/${topics}` : publishers ? `/providers/${publishers}` : "/feed";
  return `${form.dataset.site}${path}.atom${filters.length ? "?" : ""}${filters.join("&")}`;
}

// Write the address of the list, empty without a feed.
function writeListAddress() {
  const feeds = new FormData(form).getAll("feed");
  return feeds.length ? `${form.dataset.site}${form.dataset.list}?${feeds.map((feed) => `feed=${encodeURIComponent(feed).replaceAll("%2F", "/")}`).join("&")}` : "";
}

function showAddresses() {
  for (const [name, address] of [["composed", writeFeedAddress()], ["listed", writeListAddress()]]) {
    document.getElementById(`address-${name}`).textContent = address;
    document.getElementById(name).hidden = !address;
  }
}

form.addEventListener("input", showAddresses);
pickers.filter((picker) => picker.querySelector(".add")).forEach(suggest);
if (!document.querySelector(".problems")) showAddresses();
