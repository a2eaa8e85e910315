"use strict";
// The bar of the filter: its fields, how much is left, and the links of the page that set it.
(function () {
  const { data } = view;
  const form = document.getElementById("filter");
  const left = document.getElementById("left");
  const clear = document.getElementById("clear");
  const PAUSE = 150;
  const fold = form.querySelector(".fold");
  const fields = Array.from(form.elements).filter((one) => one.name);

  // Fields

  function tally(places, size) {
    const n = new Array(size).fill(0);
    places.forEach((at) => at >= 0 && n[at]++);
    return n;
  }

  function option(field, name, value, n) {
    field.add(new Option(`${name} (${view.count(n)})`, value));
  }

  function fill(field, names, values, counts) {
    names.map((_, at) => at).filter((at) => counts[at])
      .sort((one, two) => counts[two] - counts[one] || one - two)
      .forEach((at) => option(field, names[at], values[at], counts[at]));
  }

  function all(mask) {
    let n = 0;
    mask.forEach((one) => (n += one));
    return n;
  }

  const { articles, sentences } = data;
  const said = (places) => places.filter((_, n) => whole[n]);
  const whole = view.everySentence();
  fill(form.target, data.targets, data.targets, tally(said(sentences.target), data.targets.length));
  fill(form.stance, data.stances.map((one) => view.text(`stance.is_${one}`)), data.stances, tally(said(sentences.stance), 3));
  fill(form.source, data.sources, data.sources, tally(articles.source, data.sources.length));
  fill(form.lang, data.langs, data.langs, tally(articles.lang, data.langs.length));
  fill(form.theme, data.themes.map((one) => one.name), data.themes.map((one) => String(one.id)), tally(articles.theme, data.themes.length));
  const none = articles.theme.filter((theme) => theme < 0).length;
  if (none) option(form.theme, view.text("theme.none"), "-1", none);

  // The state and the fields

  function chosen() {
    return view.keys.filter((key) => view.filter[key]).map(function (key) {
      const field = form.elements[key];
      if (!field) return view.filter[key];
      if (field.tagName !== "SELECT") return `${field.labels[0].textContent.trim()} ${view.filter[key]}`;
      const one = Array.from(field.options).find((at) => at.value === view.filter[key]);
      return one ? one.textContent.replace(/ \([^(]*\)$/, "") : view.filter[key];
    });
  }

  view.subscribe(function (filter) {
    fields.forEach(function (field) {
      if (field !== document.activeElement || !field.value || !filter[field.name]) field.value = filter[field.name];
      if (field.tagName === "SELECT" && field.value !== filter[field.name]) field.value = "";
      field.classList.toggle("set", Boolean(filter[field.name]));
    });
    const parts = [
      view.text("filter.left", { articles: view.text("n.articles", { n: all(view.articles()) }), sentences: view.text("n.sentences", { n: all(view.sentences()) }) }),
      ...chosen(),
    ];
    left.textContent = parts.join(" · ");
    clear.hidden = !view.isFiltered();
  });

  let waiting = 0;
  function take(field) {
    clearTimeout(waiting);
    if (field.name && view.filter[field.name] !== field.value.trim()) view.set({ [field.name]: field.value.trim() });
  }
  form.addEventListener("change", (event) => take(event.target));
  form.addEventListener("input", function ({ target }) {
    clearTimeout(waiting);
    waiting = setTimeout(() => take(target), target.name === "words" ? PAUSE : 0); // not at each letter
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", function (event) {
    event.preventDefault();
    view.clear();
    form.target.focus({ preventScroll: true });
  });
  fold.addEventListener("click", function () {
    const open = fold.getAttribute("aria-expanded") !== "true";
    fold.setAttribute("aria-expanded", String(open));
    form.classList.toggle("open", open);
  });

  // Links: with a filter they set it, from a table that follows the filter on top of it; others only move.

  document.addEventListener("click", function (event) {
    const link = event.target.closest('a[href^="#"], svg a');
    const address = link && link.getAttribute("href");
    if (!address || !address.startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const [section, query] = address.slice(1).split("?");
    if (query === undefined) view.go(section);
    else {
      const empty = link.closest("[data-apart]") ? {} : Object.fromEntries(view.keys.map((key) => [key, ""]));
      view.set({ ...empty, ...Object.fromEntries(new URLSearchParams(query)) }, { scroll: section });
    }
    const target = document.getElementById(section);
    if (target) {
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
  });

  // What is below the bar is not hidden by it.
  const bar = document.getElementById("bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
})();
